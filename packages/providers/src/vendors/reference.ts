import { vendors } from './table.ts'
import { usual, type Vendor } from './vendor.ts'

const thinking = {
  'as-is': 'as the caller sent it',
  none: 'cannot be asked; the switch is left out',
  enable_thinking: '`enable_thinking`',
  template: '`chat_template_kwargs.enable_thinking`',
  thinking: '`thinking.type`',
  reasoning: '`reasoning.enabled`',
  effort: '`reasoning_effort` only',
} as const

/** The page `docs/reference/vendors.md`, made from the table. */
export function vendorsReference(): string {
  return `# Vendors

Vendors that speak OpenAI’s dialect. Made from the table in \`packages/providers/src/vendors/table.ts\`: \`npm test\` fails when this page is older.

As the vendors’ public documentation was known in November 2026. Compared with a public page: DashScope, the fields Groq refuses, the addresses of Volcengine Ark and xAI, path and header of Azure. **The rest was not looked up
again, and nothing was proved on a live server**: tell us what differs.

Of every vendor: fields it refuses are left out, and the trace names them; a bare schema in \`response_format.json_schema\` is wrapped as \`{name, schema}\`; \`delta.reasoning\` arrives
as \`reasoning_content\`; usage in streams is asked for (\`stream_options.include_usage\`) where the vendor wants to be asked, and estimated where it tells none.

${vendors.map(section).join('\n')}`
}

function section(vendor: Vendor): string {
  const { id, title, summary, baseUrl, regions, environment, embeddings, reranking, from, ...quirks } = vendor
  const { omit, rename, asksUsage, thinking: way, auth, place } = { ...usual, ...quirks }
  const lines = [
    ['Address', regions ? regions.map((each) => `${each.name}: \`${each.baseUrl}\``).join('<br>') : baseUrl ? `\`${baseUrl}\`` : 'yours'],
    ['Credential', auth === 'bearer' ? '`Authorization: Bearer`' : '`api-key`'],
    ...(environment ? [['Added at first run by', `\`${environment}\``]] : []),
    ...(place === 'deployment' ? [['Path', '`/openai/deployments/<model>/…?api-version=<setting>`']] : []),
    ['Left out', omit.length ? omit.map((name) => `\`${name}\``).join(', ') : 'nothing'],
    ...(Object.keys(rename).length
      ? [
          [
            'Renamed',
            Object.entries(rename)
              .map(([name, theirs]) => `\`${name}\` → \`${theirs}\``)
              .join(', '),
          ],
        ]
      : []),
    ['Thinking', thinking[way]],
    ...(vendor.streamsThinking ? [['Thinking in blocking calls', 'streamed from the vendor and gathered here']] : []),
    ['Usage in streams', asksUsage ? 'asked for' : 'told without asking'],
    ['Embeddings', embeddings ? `${embeddings.mostInputs} texts, ${embeddings.mostTokens} tokens at once` : 'no'],
    [
      'Reranking',
      reranking
        ? `\`${reranking.path}\` at the ${reranking.from === 'base' ? 'base URL' : 'host'}, ${reranking.mostDocuments} documents at once`
        : 'no',
    ],
    ['From', from],
  ]
  return `## ${title} (\`${id}\`)\n\n${summary}\n\n| | |\n|---|---|\n${lines.map(([name, value]) => `| ${name} | ${value} |`).join('\n')}\n`
}
