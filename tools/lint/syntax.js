/** Calls `visit(source literal, is a type import)` for every import, export-from, `import()` and `import('…')` type. */
export function onImports(visit) {
  const declaration = (node) => {
    if (node.source !== null && node.source !== undefined) {
      visit(node.source, node.importKind === 'type' || node.exportKind === 'type')
    }
  }
  return {
    ImportDeclaration: declaration,
    ExportNamedDeclaration: declaration,
    ExportAllDeclaration: declaration,
    ImportExpression(node) {
      if (node.source.type === 'Literal') visit(node.source, false)
    },
    TSImportType(node) {
      if (node.source?.type === 'Literal') visit(node.source, true)
    },
  }
}

/** The nearest function around a node, or undefined at the top of the module. */
export function functionAround(node) {
  for (let at = node.parent; at; at = at.parent) {
    if (/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(at.type)) return at
  }
  return undefined
}
