"""The part of AniList's GraphQL schema that the sandbox answers, with the names and types of its reference."""

from graphql import GraphQLSchema, build_schema

SCHEMA: GraphQLSchema = build_schema(
    """
    type Query {
      Page(page: Int, perPage: Int): Page
      Media(id: Int, type: MediaType, search: String): Media
      MediaListCollection(
        userId: Int, userName: String, type: MediaType, status: MediaListStatus, status_in: [MediaListStatus],
        chunk: Int, perChunk: Int
      ): MediaListCollection
      User(id: Int, name: String): User
      Viewer: User
    }

    type Mutation {
      SaveMediaListEntry(
        id: Int, mediaId: Int, status: MediaListStatus, score: Float, progress: Int, repeat: Int, priority: Int,
        private: Boolean, notes: String
      ): MediaList
      DeleteMediaListEntry(id: Int): Deleted
    }

    type Page {
      pageInfo: PageInfo
      users(id: Int, name: String, search: String): [User]
      media(id: Int, id_in: [Int], type: MediaType, search: String): [Media]
      mediaList(userId: Int, userName: String, type: MediaType, status: MediaListStatus): [MediaList]
    }

    type PageInfo {
      total: Int
      perPage: Int
      currentPage: Int
      lastPage: Int
      hasNextPage: Boolean
    }

    type User {
      id: Int!
      name: String!
      avatar: UserAvatar
      siteUrl: String
      unreadNotificationCount: Int
      mediaListOptions: MediaListOptions
    }

    type UserAvatar {
      large: String
      medium: String
    }

    type MediaListOptions {
      scoreFormat: ScoreFormat
    }

    type Media {
      id: Int!
      title: MediaTitle
      type: MediaType
      episodes: Int
      chapters: Int
      characters(role: CharacterRole, page: Int, perPage: Int): CharacterConnection
      siteUrl: String
      mediaListEntry: MediaList
    }

    type MediaTitle {
      romaji(stylised: Boolean): String
      english(stylised: Boolean): String
      native(stylised: Boolean): String
      userPreferred: String
    }

    type CharacterConnection {
      edges: [CharacterEdge]
      nodes: [Character]
      pageInfo: PageInfo
    }

    type CharacterEdge {
      node: Character
      id: Int
      role: CharacterRole
    }

    type Character {
      id: Int!
      name: CharacterName
    }

    type CharacterName {
      full: String
    }

    type MediaListCollection {
      lists: [MediaListGroup]
      user: User
      hasNextChunk: Boolean
    }

    type MediaListGroup {
      entries: [MediaList]
      name: String
      isCustomList: Boolean
      isSplitCompletedList: Boolean
      status: MediaListStatus
    }

    type MediaList {
      id: Int!
      userId: Int!
      mediaId: Int!
      status: MediaListStatus
      score(format: ScoreFormat): Float
      progress: Int
      repeat: Int
      priority: Int
      private: Boolean
      notes: String
      updatedAt: Int
      createdAt: Int
      media: Media
      user: User
    }

    type Deleted {
      deleted: Boolean
    }

    enum MediaType { ANIME MANGA }

    enum MediaListStatus { CURRENT PLANNING COMPLETED DROPPED PAUSED REPEATING }

    enum CharacterRole { MAIN SUPPORTING BACKGROUND }

    enum ScoreFormat { POINT_100 POINT_10_DECIMAL POINT_10 POINT_5 POINT_3 }
    """
)
