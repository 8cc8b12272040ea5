import type { DocumentRow } from '../../rows/document-rows.ts'
import type { Reading } from './context.ts'

export const findDocument = (context: Reading, id: string) =>
  context.database.get<DocumentRow>('SELECT * FROM document WHERE public_id = ?', id)
