/** The list of models as a client of this dialect reads it: one page, and the fields it expects. */
export function modelList(names: readonly string[]): string {
  const data = names.map((id) => ({ type: 'model', id, display_name: id, created_at: '1970-01-01T00:00:00Z' }))
  return JSON.stringify({ data, has_more: false, first_id: names[0] ?? null, last_id: names.at(-1) ?? null })
}
