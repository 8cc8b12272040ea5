/** Ready to paste, with the address of this server; the key is put in by whoever has it. */
export interface Snippet {
  readonly name: 'curl' | 'Python' | 'TypeScript'
  readonly code: string
}

const question = 'How many days of annual leave carry over?'

export function snippetsOf(base: string, key: string, model: string): readonly Snippet[] {
  return [
    {
      name: 'curl',
      code: `curl ${base}/v1/chat/completions \\
  -H "authorization: Bearer ${key}" \\
  -H "content-type: application/json" \\
  -d '{"model": "${model}", "messages": [{"role": "user", "content": "${question}"}]}'`,
    },
    {
      name: 'Python',
      code: `from openai import OpenAI

client = OpenAI(base_url="${base}/v1", api_key="${key}")
answer = client.chat.completions.create(
    model="${model}",
    messages=[{"role": "user", "content": "${question}"}],
)
print(answer.choices[0].message.content)`,
    },
    {
      name: 'TypeScript',
      code: `import OpenAI from 'openai'

const client = new OpenAI({ baseURL: '${base}/v1', apiKey: '${key}' })
const answer = await client.chat.completions.create({
  model: '${model}',
  messages: [{ role: 'user', content: '${question}' }],
})
console.log(answer.choices[0]?.message.content)`,
    },
  ]
}
