"""How much a query asks for: every field counts once, as often as its fragment is used."""

from functools import cache

import graphql

COMPLEXITY_LIMIT = 500


def complexity(document: graphql.DocumentNode) -> int:
    """Count the fields of a valid document's operations."""
    fragments = {
        node.name.value: node for node in document.definitions if isinstance(node, graphql.FragmentDefinitionNode)
    }

    @cache
    def of_fragment(name: str) -> int:  # once each: fragments of fragments would multiply without end
        return of_selection(fragments[name].selection_set)

    def of_selection(selection: graphql.SelectionSetNode | None) -> int:
        return sum(
            of_fragment(node.name.value)
            if isinstance(node, graphql.FragmentSpreadNode)
            else isinstance(node, graphql.FieldNode) + of_selection(getattr(node, "selection_set", None))
            for node in (selection.selections if selection else ())
        )

    operations = [node for node in document.definitions if isinstance(node, graphql.OperationDefinitionNode)]
    return sum(of_selection(operation.selection_set) for operation in operations)
