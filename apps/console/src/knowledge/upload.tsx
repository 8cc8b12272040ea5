import type { BaseView } from '@gatehouse/contracts'
import { Button } from '@gatehouse/ui'
import { useQueryClient } from '@tanstack/react-query'
import { clsx } from 'clsx'
import { FileUp, Lock } from 'lucide-react'
import { type DragEvent, useRef, useState } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { useMay } from '../session/me.ts'
import { AccessDialog } from './access-dialog.tsx'
import { accepted, type Chosen, chosenOf, droppedIn, sortOut } from './chosen-files.ts'
import { PrincipalList } from './principals.tsx'
import { type Sent, SentFile } from './sent-file.tsx'

const mostShown = 20

/** Files and folders by button or by dropping them; one after the other, each with its own outcome. */
export function Upload({ base }: { base: BaseView }) {
  const t = useText()
  const may = useMay()
  const [isOver, setOver] = useState(false)
  // until somebody chooses, new documents get what the base says and new versions keep what they have
  const [access, setAccess] = useState<readonly string[]>()
  const [editing, setEditing] = useState(false)
  const { files, sending, leftOut, send } = useSending(base, access)
  if (!may('uploadDocument')) return null
  const onDrop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    void droppedIn(event.dataTransfer).then(send)
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
        <p className="min-w-48 flex-1 text-muted">{t('upload.about')}</p>
        <span className="flex flex-wrap items-center gap-2 text-[0.8125rem]">
          <span className="text-muted">{t('upload.access')}</span>
          <PrincipalList principals={access ?? base.access} />
        </span>
        <Button size="small" icon={<Lock className="size-3.5" />} onClick={() => setEditing(true)}>
          {t('access.change')}
        </Button>
        <Choose label={t('upload.choose')} onChoose={send} />
        <Choose label={t('upload.folder')} isFolder onChoose={send} />
      </div>
      {files.length > 0 ? (
        <div aria-live="polite" className="mt-2.5 border-t border-line pt-2.5 text-[0.8125rem]">
          {sending.count > 1 ? <p className="mb-1 text-muted">{t('upload.progress', sending)}</p> : null}
          <ul className="flex flex-col gap-1">
            {files.map((sent) => (
              <SentFile key={sent.id} base={base} sent={sent} />
            ))}
          </ul>
        </div>
      ) : null}
      {leftOut > 0 ? <p className="mt-1.5 text-[0.8125rem] text-muted">{t('upload.leftOut', { count: leftOut })}</p> : null}
      {editing ? (
        <AccessDialog
          title={t('upload.access')}
          about={t('upload.access.about')}
          access={access ?? base.access}
          onSave={async (chosen) => setAccess(chosen)}
          onClose={() => setEditing(false)}
        />
      ) : null}
    </section>
  )
}

function Choose({ label, isFolder = false, onChoose }: { label: string; isFolder?: boolean; onChoose: (chosen: Chosen[]) => void }) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <Button size="small" onClick={() => input.current?.click()}>
        {label}
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        {...(isFolder ? { webkitdirectory: '' } : { accept: accepted })}
        aria-label={label}
        onChange={(event) => {
          onChoose(chosenOf(event.target.files ?? []))
          event.target.value = ''
        }}
      />
    </>
  )
}

/** Sends what was chosen, newest shown first, and remembers what became of each. */
function useSending(base: BaseView, access: readonly string[] | undefined) {
  const queries = useQueryClient()
  const count = useRef(0)
  const [files, setFiles] = useState<readonly Sent[]>([])
  const [sending, setSending] = useState({ sent: 0, count: 0 })
  const [leftOut, setLeftOut] = useState(0)
  const settle = (id: number, outcome: Omit<Sent, 'id' | 'path'>) =>
    setFiles((all) => all.map((each) => (each.id === id ? { ...each, ...outcome } : each)))
  const send = async (chosen: Chosen[]) => {
    const { taken, leftOut: others } = sortOut(chosen)
    setLeftOut(others)
    setSending({ sent: 0, count: taken.length })
    for (const { file, path } of taken) {
      count.current += 1
      const id = count.current
      setFiles((all) => [{ id, path, state: 'sending' } as const, ...all].slice(0, mostShown))
      try {
        const query = { name: file.name, path, ...(access && { access: access.join(',') }) }
        settle(id, { state: 'sent', document: await client.uploadDocument({ path: { base: base.id }, body: file, query }) })
      } catch (error) {
        settle(id, { state: 'failed', why: error instanceof Error ? error.message : String(error) })
      }
      setSending(({ sent, count: all }) => ({ sent: sent + 1, count: all }))
      await queries.invalidateQueries({ queryKey: ['documents', base.id] })
    }
    await queries.invalidateQueries({ queryKey: ['bases'] })
  }
  return { files, sending, leftOut, send: (chosen: Chosen[]) => void send(chosen) }
}
