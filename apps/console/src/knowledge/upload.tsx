import type { BaseView } from '@gatehouse/contracts'
import { Button } from '@gatehouse/ui'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { clsx } from 'clsx'
import { CircleCheck, CircleX, FileUp, LoaderCircle, Lock } from 'lucide-react'
import { type DragEvent, useRef, useState } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { useMay } from '../session/me.ts'
import { AccessDialog } from './access-dialog.tsx'
import { PrincipalList } from './principals.tsx'

interface Sent {
  readonly id: number
  readonly name: string
  readonly state: 'sending' | 'sent' | 'failed'
  readonly why?: string
  /** The document it became: its title is told only to those who may read it, its file's name is known here. */
  readonly document?: { readonly id: string; readonly isOpen: boolean }
}

const accepted = '.pdf,.docx,.xlsx,.csv,.tsv,.md,.markdown,.txt,.html,.htm'

/** Files by button or by dropping them; one after the other, each with its own outcome. */
export function Upload({ base }: { base: BaseView }) {
  const t = useText()
  const may = useMay()
  const queries = useQueryClient()
  const input = useRef<HTMLInputElement>(null)
  const count = useRef(0)
  const [files, setFiles] = useState<readonly Sent[]>([])
  const [isOver, setOver] = useState(false)
  const [access, setAccess] = useState<readonly string[]>(base.access)
  const [editing, setEditing] = useState(false)
  if (!may('uploadDocument')) return null
  const settle = (id: number, outcome: Omit<Sent, 'id' | 'name'>) =>
    setFiles((all) => all.map((each) => (each.id === id ? { ...each, ...outcome } : each)))
  const send = async (chosen: readonly File[]) => {
    const entries = chosen.map((file) => {
      count.current += 1
      return { file, id: count.current }
    })
    setFiles((all) => [...entries.map(({ file, id }): Sent => ({ id, name: file.name, state: 'sending' })), ...all].slice(0, 20))
    for (const { file, id } of entries) {
      try {
        const document = await client.uploadDocument({
          ...{ path: { base: base.id }, body: file },
          query: { name: file.name, access: access.join(',') },
        })
        settle(id, { state: 'sent', document: { id: document.id, isOpen: document.access.length > 0 } })
      } catch (error) {
        settle(id, { state: 'failed', why: error instanceof Error ? error.message : String(error) })
      }
      await queries.invalidateQueries({ queryKey: ['documents', base.id] })
    }
    await queries.invalidateQueries({ queryKey: ['bases'] })
  }
  const onDrop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    void send([...event.dataTransfer.files])
  }
  return (
    <section
      aria-label={t('upload.label')}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
      className={clsx(
        'rounded-panel border border-dashed px-4 py-3 transition-colors',
        isOver ? 'border-accent bg-accent-soft' : 'border-line-strong/60',
      )}
    >
      <div className="flex flex-wrap items-center gap-3">
        <FileUp aria-hidden className="size-4 text-muted" />
        <p className="flex-1 text-muted">{t('upload.about')}</p>
        <span className="flex flex-wrap items-center gap-2 text-[0.8125rem]">
          <span className="text-muted">{t('upload.access')}</span>
          <PrincipalList principals={access} />
        </span>
        <Button size="small" icon={<Lock className="size-3.5" />} onClick={() => setEditing(true)}>
          {t('access.change')}
        </Button>
        <Button size="small" onClick={() => input.current?.click()}>
          {t('upload.choose')}
        </Button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          accept={accepted}
          aria-label={t('upload.choose')}
          onChange={(event) => {
            void send([...(event.target.files ?? [])])
            event.target.value = ''
          }}
        />
      </div>
      {files.length > 0 ? (
        <ul aria-live="polite" className="mt-2 flex flex-col gap-1 border-t border-line pt-2 text-[0.8125rem]">
          {files.map(({ id, name, state, why, document }) => (
            <li key={id} className="flex items-center gap-2">
              {state === 'sending' ? <LoaderCircle aria-hidden className="size-3.5 animate-spin text-accent" /> : null}
              {state === 'sent' ? <CircleCheck aria-hidden className="size-3.5 text-good" /> : null}
              {state === 'failed' ? <CircleX aria-hidden className="size-3.5 text-bad" /> : null}
              {document ? (
                <Link
                  to="/knowledge/$base/$document"
                  params={{ base: base.name, document: document.id }}
                  className="truncate hover:text-accent hover:underline"
                >
                  {name}
                </Link>
              ) : (
                <span className="truncate">{name}</span>
              )}
              <span className="text-muted">{why ?? t(document?.isOpen === false ? 'upload.sent.nobody' : `upload.${state}`)}</span>
            </li>
          ))}
        </ul>
      ) : null}
      {editing ? (
        <AccessDialog
          title={t('upload.access')}
          about={t('upload.access.about')}
          access={access}
          onSave={async (chosen) => setAccess(chosen)}
          onClose={() => setEditing(false)}
        />
      ) : null}
    </section>
  )
}
