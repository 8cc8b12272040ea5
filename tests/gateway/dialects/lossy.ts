/** One thing that does not arrive as it was sent when a call changes its dialect, and how the test sees that. */
export interface Lossy {
  readonly from: 'anthropic' | 'openai'
  readonly what: string
  /** What becomes of it. */
  readonly becomes: string
  /** Added to a plain question of that dialect; its own `messages` replace the plain ones. */
  readonly ask: Readonly<Record<string, unknown>>
  readonly headers?: Readonly<Record<string, string>>
  /** What the vendor got must have these, … */
  readonly sent?: Readonly<Record<string, unknown>>
  /** … and nothing of this. */
  readonly never?: string
  /** The caller is refused with these words, and the vendor not asked. */
  readonly refused?: string
}

const user = (...content: unknown[]) => ({ role: 'user', content })
const pdf = { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' }
const png = { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' }
const used = { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }] }
const result = (more: object) => user({ type: 'tool_result', tool_use_id: 'a', ...more })
const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }

export const lossy: readonly Lossy[] = [
  {
    from: 'anthropic',
    what: '`cache_control`',
    becomes: 'left out: other vendors cache by themselves',
    ask: { system: [{ type: 'text', text: 'Hi', cache_control: { type: 'ephemeral' } }] },
    sent: { messages: [{ role: 'system', content: 'Hi' }, {}] },
    never: 'cache_control',
  },
  {
    from: 'anthropic',
    what: '`thinking` and `redacted_thinking` of earlier turns',
    becomes: 'left out: nobody else can check the signature',
    ask: {
      messages: [
        user({ type: 'text', text: 'a' }),
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 's' },
            { type: 'text', text: 'b' },
          ],
        },
      ],
    },
    sent: { messages: [{}, { role: 'assistant', content: 'b' }] },
    never: 'hm',
  },
  {
    from: 'anthropic',
    what: 'a thinking budget',
    becomes: '`reasoning_effort`: low below 4,096 tokens, medium below 16,384, else high; `output_config.effort` goes before it',
    ask: { thinking: { type: 'enabled', budget_tokens: 5000 } },
    sent: { reasoning_effort: 'medium' },
    never: 'budget_tokens',
  },
  { from: 'anthropic', what: '`top_k`', becomes: 'left out', ask: { top_k: 7 }, never: 'top_k' },
  {
    from: 'anthropic',
    what: '`is_error` of a result',
    becomes: '`Error: ` in front of the result',
    ask: { messages: [used, result({ content: 'no such city', is_error: true })] },
    sent: { messages: [{}, { role: 'tool', tool_call_id: 'a', content: 'Error: no such city' }] },
  },
  {
    from: 'anthropic',
    what: 'pictures in a result',
    becomes: 'a message of the person behind the results',
    ask: { messages: [used, result({ content: [{ type: 'image', source: png }] })] },
    sent: { messages: [{}, { role: 'tool', content: '' }, { role: 'user', content: [{ type: 'image_url' }] }] },
  },
  {
    from: 'anthropic',
    what: 'a document as text',
    becomes: 'text, with its title in front; citations are not made',
    ask: { messages: [user({ type: 'document', title: 'T', source: { type: 'text', media_type: 'text/plain', data: 'D' } })] },
    sent: { messages: [{ content: 'T\nD' }] },
  },
  {
    from: 'anthropic',
    what: 'a document as PDF, a search result, a file id',
    becomes: 'refused',
    ask: { messages: [user({ type: 'document', source: pdf })] },
    refused: 'a block of type document',
  },
  {
    from: 'anthropic',
    what: 'tools the vendor runs itself',
    becomes: 'refused',
    ask: { tools: [{ type: 'web_search_20260209', name: 'web_search' }] },
    refused: 'the tool web_search_20260209',
  },
  {
    from: 'anthropic',
    what: '`anthropic-beta`, `anthropic-version`',
    becomes: 'left out',
    ask: {},
    headers: { 'anthropic-beta': 'some-beta' },
    never: 'some-beta',
  },
  { from: 'anthropic', what: 'fields we do not know', becomes: 'left out', ask: { vendor_field: 'odd' }, never: 'odd' },
  {
    from: 'openai',
    what: 'instructions in the middle of a conversation',
    becomes: 'in front of it, in `system`',
    ask: { messages: [user('a'), { role: 'system', content: 'b' }] },
    sent: { system: 'b', messages: [{ role: 'user' }] },
  },
  { from: 'openai', what: 'a temperature above 1', becomes: '1', ask: { temperature: 1.8 }, sent: { temperature: 1 } },
  {
    from: 'openai',
    what: '`seed`, `logit_bias`, `logprobs`, `frequency_penalty`, `presence_penalty`, `prediction`, `store`, `service_tier`',
    becomes: 'left out',
    ask: { seed: 4711, logit_bias: { 4711: 1 }, logprobs: true, frequency_penalty: 1 },
    never: '4711',
  },
  { from: 'openai', what: '`n` above 1', becomes: 'refused', ask: { n: 2 }, refused: '"n" must be 1' },
  {
    from: 'openai',
    what: 'audio',
    becomes: 'refused',
    ask: { messages: [user({ type: 'input_audio', input_audio: {} })] },
    refused: 'not input_audio',
  },
  {
    from: 'openai',
    what: '`response_format` of type `json_object`',
    becomes: 'a sentence in `system`; a `json_schema` becomes `output_config.format`',
    ask: { response_format: { type: 'json_object' } },
    sent: { system: 'Answer with one JSON object and nothing else.' },
  },
  {
    from: 'openai',
    what: '`reasoning_effort`',
    becomes:
      'a thinking budget of 1,024, 4,096 or 16,384 tokens, at most half of the limit; none below 1,024, with a forced tool, or between tool calls',
    ask: { reasoning_effort: 'medium', max_tokens: 10_000 },
    sent: { thinking: { type: 'enabled', budget_tokens: 4096 } },
  },
  {
    from: 'openai',
    what: '`reasoning_content` of earlier turns, `name` of a message',
    becomes: 'left out',
    ask: {
      messages: [
        { role: 'user', name: 'odd', content: 'a' },
        { role: 'assistant', reasoning_content: 'hm', content: null, tool_calls: [call] },
        { role: 'tool', tool_call_id: 'a', content: 'x' },
      ],
    },
    sent: { messages: [{}, { content: [{ type: 'tool_use' }] }, {}] },
    never: '"odd"',
  },
  { from: 'openai', what: 'fields we do not know', becomes: 'left out', ask: { vendor_field: 'odd' }, never: 'odd' },
]

export const replies: readonly { readonly from: 'anthropic' | 'openai'; readonly what: string; readonly becomes: string }[] = [
  { from: 'anthropic', what: 'the signature of thinking', becomes: 'left out; thinking is `reasoning_content`' },
  { from: 'anthropic', what: 'which stop sequence it was', becomes: '`finish_reason: "stop"`' },
  {
    from: 'anthropic',
    what: 'what was written into a cache',
    becomes: 'counted with the prompt; what came out of it also in `prompt_tokens_details.cached_tokens`',
  },
  {
    from: 'openai',
    what: 'reasoning',
    becomes: '`thinking` with an empty signature; sent back, it is left out of what goes to a vendor of the dialect',
  },
  { from: 'openai', what: 'which stop sequence it was', becomes: '`stop_reason: "end_turn"`' },
  { from: 'openai', what: 'tool calls that alternate', becomes: 'blocks one after the other; what comes in between waits' },
  { from: 'openai', what: '`logprobs`, fields we do not know, citations of an app', becomes: 'left out' },
]
