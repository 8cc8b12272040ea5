import { clsx } from 'clsx'
import { ArrowDown, ArrowUp, ChevronsUpDown } from 'lucide-react'
import { type ReactNode, useMemo, useState } from 'react'

export interface Column<Row> {
  name: string
  label: ReactNode
  cell: (row: Row) => ReactNode
  /** Given: the column can be sorted by it. */
  order?: (row: Row) => string | number
  numeric?: boolean
  className?: string
}
export interface TableProps<Row> {
  /** Read aloud as the table's name. */
  label: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  onOpen?: ((row: Row) => void) | undefined
  /** The row the keyboard stands on. */
  active?: string | undefined
}

interface Sorting {
  readonly name: string
  readonly descending: boolean
}

const compare = (a: string | number, b: string | number) =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b))

function sortRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sorting: Sorting | undefined): readonly Row[] {
  const order = columns.find(({ name }) => name === sorting?.name)?.order
  if (!order || !sorting) return rows
  const sign = sorting.descending ? -1 : 1
  return [...rows].sort((a, b) => sign * compare(order(a), order(b)))
}

export function Table<Row>({ label, columns, rows, rowKey, onOpen, active }: TableProps<Row>) {
  const [sorting, setSorting] = useState<Sorting>()
  const sorted = useMemo(() => sortRows(rows, columns, sorting), [rows, columns, sorting])
  const toggle = (name: string) => setSorting((now) => ({ name, descending: now?.name === name ? !now.descending : false }))
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="relative overflow-x-auto rounded-panel border border-line bg-surface"
    >
      <table className="w-full border-collapse text-[0.8125rem]">
        <caption className="sr-only">{label}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <HeadCell key={column.name} column={column} sorting={sorting} onSort={toggle} />
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => {
            const key = rowKey(row)
            return (
              // by keyboard: each row holds a link or button that does the same
              <tr
                key={key}
                data-row={key}
                onClick={onOpen ? (event) => isPlainClick(event.target) && onOpen(row) : undefined}
                className={clsx(
                  'border-t border-line',
                  onOpen && 'cursor-pointer hover:bg-sunken',
                  key === active && 'bg-accent-soft shadow-[inset_3px_0_0_var(--color-accent)]',
                )}
              >
                {columns.map((column) => (
                  <td
                    key={column.name}
                    className={clsx('px-2 py-2 align-middle first:ps-3 last:pe-3', column.numeric && 'tabular text-end', column.className)}
                  >
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
            )
          })}
        </tbody>
      </table>
    </section>
  )
}

/** Not on something that acts by itself, and not the end of selecting text. */
const isPlainClick = (target: EventTarget) =>
  target instanceof Element && !target.closest('a, button, input, select, label') && !window.getSelection()?.toString()

interface HeadCellProps<Row> {
  column: Column<Row>
  sorting: Sorting | undefined
  onSort: (name: string) => void
}
function HeadCell<Row>({ column, sorting, onSort }: HeadCellProps<Row>) {
  const mine = sorting?.name === column.name ? sorting : undefined
  const Arrow = mine ? (mine.descending ? ArrowDown : ArrowUp) : ChevronsUpDown
  const style = clsx(
    'px-2 py-2 text-xs font-medium whitespace-nowrap text-muted first:ps-3 last:pe-3',
    column.numeric ? 'text-end' : 'text-start',
  )
  if (!column.order)
    return (
      <th scope="col" className={style}>
        {column.label}
      </th>
    )
  return (
    <th scope="col" aria-sort={mine ? (mine.descending ? 'descending' : 'ascending') : 'none'} className={style}>
      <button
        type="button"
        onClick={() => onSort(column.name)}
        className="inline-flex min-h-6 items-center gap-1 rounded-control hover:text-ink"
      >
        {column.label}
        <Arrow aria-hidden className="size-3.5" />
      </button>
    </th>
  )
}
