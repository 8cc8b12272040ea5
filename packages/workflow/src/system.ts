/** What `{{#sys.…#}}` may name in any template. `history` is for nodes only and no template sees it. */
export const systemFields: readonly string[] = ['query', 'user_name', 'user_id', 'language', 'conversation_id', 'app_name', 'date']

/** One earlier turn, as the asker may still see it. */
export interface Turn {
  readonly query: string
  readonly answer: string
}
export interface SystemValues {
  readonly query: string
  readonly user_name: string
  readonly user_id: string
  readonly language: 'en' | 'zh'
  readonly conversation_id: string
  readonly app_name: string
  /** ISO, UTC. */
  readonly date: string
  /** Oldest first. */
  readonly history: readonly Turn[]
  /** As the caller sent them; the start node checks them. */
  readonly inputs: Readonly<Record<string, unknown>>
}
