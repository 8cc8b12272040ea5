import type { AppDetail } from '@gatehouse/contracts'
import { TextArea } from '@gatehouse/ui'
import { useQuery } from '@tanstack/react-query'
import { client } from '../client.ts'
import { AccessEditor } from '../knowledge/principals.tsx'
import { useText } from '../messages/text.ts'
import { SchemaDialog } from '../shell/form/schema-dialog.tsx'
import { Checks } from '../shell/form/schema-field.tsx'
import { type Searching, searchingIn } from './searching.ts'

/** What can be set without the graph: its words, who opens it, and where each searching step searches. */
export function AppForm({ app, onClose }: { app: AppDetail; onClose: () => void }) {
  const t = useText()
  const { title, description, opening, suggestions, graph } = app.spec
  const steps = searchingIn(graph)
  return (
    <SchemaDialog
      title={t('people.edit.of', { name: title || app.name })}
      submit={t('shell.save')}
      operation="changeApp"
      fields={[
        { name: 'title', label: t('shell.title'), required: true },
        { name: 'description', label: t('bases.description') },
        ...(steps.length > 0
          ? [
              {
                name: 'knowledge',
                label: t('apps.knowledge'),
                about: t('apps.knowledge.about'),
                control: (chosen: unknown, change: (value: unknown) => void) => (
                  <Knowledge steps={steps} chosen={chosen as Chosen} onChange={change} />
                ),
              },
            ]
          : []),
        {
          name: 'access',
          label: t('apps.access'),
          control: (access, change) => <AccessEditor access={access as readonly string[]} onChange={change} />,
        },
        { name: 'opening.en', label: t('apps.opening.en'), size: 'half' },
        { name: 'opening.zh', label: t('apps.opening.zh'), size: 'half' },
        {
          name: 'suggestions',
          label: t('apps.suggestions'),
          about: t('apps.suggestions.about'),
          control: (lines, change) => <Lines label={t('apps.suggestions')} lines={lines as readonly string[]} onChange={change} />,
        },
      ]}
      values={{
        ...{ title, description, suggestions, access: app.access, version: app.version },
        ...{ 'opening.en': opening.en, 'opening.zh': opening.zh },
        knowledge: Object.fromEntries(steps.flatMap(({ node, bases }) => (bases.length > 0 ? [[node, bases]] : []))),
      }}
      run={({ knowledge = {}, ...body }) =>
        client.changeApp({ path: { app: app.name }, body: { ...body, knowledge: changed(steps, knowledge) } })
      }
      refresh={[['apps']]}
      done={t('shell.saved')}
      onDone={onClose}
      onClose={onClose}
    />
  )
}

type Chosen = Readonly<Record<string, readonly string[]>>

/** A step whose bases an input names may have no others; it is left alone then. */
const changed = (steps: readonly Searching[], knowledge: Record<string, string[]>) =>
  Object.fromEntries(
    Object.entries(knowledge).filter(([node, names]) => steps.find((step) => step.node === node)?.bases.join() !== names.join()),
  )

function Knowledge({ steps, chosen, onChange }: { steps: readonly Searching[]; chosen: Chosen; onChange: (chosen: Chosen) => void }) {
  const t = useText()
  const bases = useQuery({ queryKey: ['bases'], queryFn: () => client.listBases() })
  const choices = bases.data?.items.map(({ name, title }) => ({ value: name, label: title || name })) ?? []
  return (
    <div className="flex flex-col gap-3">
      {steps.map(({ node, title, byInput }) => (
        <div key={node}>
          {steps.length > 1 ? <p className="mb-1 text-[0.8125rem] text-muted">{title}</p> : null}
          <Checks choices={choices} chosen={chosen[node] ?? []} onChange={(names) => onChange({ ...chosen, [node]: names })} />
          {byInput.length > 0 ? (
            <p className="text-[0.8125rem] text-muted">{t('apps.knowledge.byInput', { names: byInput.join(', ') })}</p>
          ) : null}
        </div>
      ))}
    </div>
  )
}

/** One of a list per line. */
function Lines({ label, lines, onChange }: { label: string; lines: readonly string[]; onChange: (lines: readonly string[]) => void }) {
  return (
    <TextArea
      aria-label={label}
      rows={5}
      defaultValue={lines.join('\n')}
      onChange={({ target }) =>
        onChange(
          target.value
            .split('\n')
            .map((line) => line.trim())
            .filter(Boolean),
        )
      }
    />
  )
}
