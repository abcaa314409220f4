import { KubeError } from './errors.ts'
import type { KubeObject } from './resource.ts'

/**
 * An object, reduced to some columns of `kubectl get`. The server evaluates them, so that nothing else of the object is
 * encoded, sent and parsed. A column `Namespace` is used as the object's namespace.
 */
export interface Row<Cells = Readonly<Record<string, unknown>>> extends KubeObject {
  /** Values by the name of their column; null if the object has no such field. Objects and lists are JSON text. */
  readonly cells: Cells
}

/**
 * Object `Table` of `meta.k8s.io/v1`.
 *
 * Source: https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
 */
export interface Table {
  readonly kind: 'Table'
  readonly columnDefinitions?: readonly ColumnDefinition[] | null
  readonly rows?: readonly { readonly cells: readonly unknown[] }[] | null
}

interface ColumnDefinition {
  readonly name: string
  /** Format of the column; `name` marks the column with the object's name. */
  readonly format?: string
}

/** Accept header that requests a Table; a server without Tables sends whole objects. */
export const ACCEPT_TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'

export function isTable(object: object): object is Table {
  return (object as { kind?: unknown }).kind === 'Table'
}

/** Reads the Tables of one list, or of one watch, in which only the first event names the columns. */
export class TableReader {
  readonly #columns: readonly string[]
  /** Index of each column in a row; undefined until a Table has named the columns. */
  #places: readonly (readonly [column: string, place: number])[] | undefined
  #name = 0

  constructor(columns: readonly string[]) {
    this.#columns = columns
  }

  /**
   * Reads the rows of a Table.
   *
   * @param asked what was requested, for errors
   * @throws KubeError `NoSuchColumn` if the server does not know one of the columns, `Malformed` if it is no Table
   */
  read(asked: string, { columnDefinitions, rows }: Table): Row[] {
    const isList = (value: unknown) => Array.isArray(value ?? [])
    if (!isList(columnDefinitions) || !isList(rows)) throw new KubeError('Malformed', `${asked}: no Table`)
    if (columnDefinitions) {
      this.#places = this.#find(asked, columnDefinitions)
      this.#name = columnDefinitions.findIndex(({ format }) => format === 'name')
    }
    const places = this.#places
    if (!places) throw new KubeError('Malformed', `${asked}: the Table does not name its columns`)
    return (rows ?? []).map((row) => {
      if (!Array.isArray(row.cells)) throw new KubeError('Malformed', `${asked}: a row of the Table has no cells`)
      const cells = Object.fromEntries(places.map(([column, place]) => [column, row.cells[place]]))
      return {
        metadata: { namespace: cells.Namespace as string | undefined, name: row.cells[this.#name] as string },
        cells,
      }
    })
  }

  #find(asked: string, definitions: readonly ColumnDefinition[]) {
    const names = definitions.map(({ name }) => name)
    const missing = this.#columns.filter((name) => !names.includes(name))
    if (missing.length > 0)
      throw new KubeError('NoSuchColumn', `${asked}: the server knows no column ${missing.join(', ')}`)
    return this.#columns.map((name) => [name, names.indexOf(name)] as const)
  }
}
