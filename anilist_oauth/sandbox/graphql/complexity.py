"""How much a query asks for: every field counts once, as often as its fragment is used."""

from functools import cache

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

COMPLEXITY_LIMIT = 500


def complexity(document: DocumentNode) -> int:
    """Count the fields of a valid document's operations."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}

    @cache
    def of_fragment(name: str) -> int:  # once each: fragments of fragments would multiply without end
        return of_selection(fragments[name].selection_set)

    def of_selection(selection: SelectionSetNode | None) -> int:
        total = 0
        for node in selection.selections if selection else ():
            if isinstance(node, FragmentSpreadNode):
                total += of_fragment(node.name.value)
            else:  # a field, or a fragment written in place
                total += isinstance(node, FieldNode) + of_selection(getattr(node, "selection_set", None))
        return total

    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    return sum(of_selection(operation.selection_set) for operation in operations)
