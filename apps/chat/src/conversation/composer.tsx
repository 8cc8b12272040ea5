import { IconButton } from '@gatehouse/ui'
import { ArrowUp, Square } from 'lucide-react'
import { type KeyboardEvent, type RefObject, useLayoutEffect, useState } from 'react'
import { useText } from '../messages/text.ts'

export interface ComposerProps {
  busy: boolean
  /** No language model answers here. */
  builtIn: boolean
  onAsk: (query: string) => void
  onStop: () => void
  input: RefObject<HTMLTextAreaElement | null>
}

const highest = 220

export function Composer({ busy, builtIn, onAsk, onStop, input }: ComposerProps) {
  const t = useText()
  const [text, setText] = useState('')
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const area = input.current
    if (!area) return
    area.style.height = 'auto'
    area.style.height = `${Math.min(area.scrollHeight, highest)}px`
  }, [text, input])
  const send = () => {
    const query = text.trim()
    if (!query || busy) return
    setText('')
    onAsk(query)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    // Enter that ends the writing of a Chinese word is not meant for us
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    send()
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
      className="mx-auto w-full max-w-3xl px-4 pb-[max(0.75rem,env(safe-area-inset-bottom))] sm:px-6"
    >
      <div className="flex items-end gap-2 rounded-[1.25rem] border border-line-strong/50 bg-surface p-2 ps-4 shadow-raised transition-colors focus-within:border-accent">
        <label htmlFor="question" className="sr-only">
          {t('composer.label')}
        </label>
        <textarea
          id="question"
          ref={input}
          rows={1}
          value={text}
          maxLength={32_000}
          placeholder={t('composer.placeholder')}
          aria-describedby="question-hint"
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKeyDown}
          className="max-h-56 min-w-0 flex-1 resize-none bg-transparent py-1.5 leading-6 outline-none placeholder:text-muted"
        />
        {busy ? (
          <IconButton label={t('composer.stop')} onClick={onStop} className="size-9 rounded-full! bg-ink text-surface! hover:bg-muted">
            <Square className="size-3.5 fill-current" />
          </IconButton>
        ) : (
          <IconButton
            type="submit"
            label={t('composer.send')}
            disabled={text.trim() === ''}
            className="size-9 rounded-full! bg-accent-solid text-on-accent! hover:bg-accent-hover disabled:bg-sunken disabled:text-muted! disabled:opacity-100!"
          >
            <ArrowUp className="size-4.5" />
          </IconButton>
        )}
      </div>
      <p id="question-hint" className="mt-2 text-center text-xs text-balance text-muted max-sm:sr-only">
        {t('composer.hint')} {builtIn ? t('composer.builtIn') : null}
      </p>
    </form>
  )
}
