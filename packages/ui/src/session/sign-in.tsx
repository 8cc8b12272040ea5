import { TriangleAlert } from 'lucide-react'
import { useActionState } from 'react'
import { Button } from '../button.tsx'
import { Field, TextInput } from '../field.tsx'
import { useUiText } from '../i18n/language.tsx'
import { ErrorState } from '../states.tsx'
import { Door } from './door.tsx'

export interface SignInProps {
  title: string
  text: string
  /** Said to those who came with a link that no longer works. */
  problem?: string | undefined
  signIn: (given: { user: string; password: string }) => Promise<unknown>
}

interface Attempt {
  readonly user: string
  readonly error?: unknown
}

export function SignIn({ title, text, problem, signIn }: SignInProps) {
  const t = useUiText()
  const [last, submit, isBusy] = useActionState(
    async (_: Attempt, form: FormData): Promise<Attempt> => {
      const user = String(form.get('user'))
      try {
        await signIn({ user, password: String(form.get('password')) })
        return { user }
      } catch (error) {
        return { user, error }
      }
    },
    { user: '' },
  )
  return (
    <Door title={title} text={text}>
      {problem ? (
        <p role="alert" className="mt-5 flex gap-2.5 rounded-panel bg-warn-soft p-3.5 text-sm">
          <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />
          {problem}
        </p>
      ) : null}
      <form action={submit} className="mt-6 flex flex-col gap-4">
        <Field label={t('ui.session.user')}>
          {(described) => (
            <TextInput
              {...described}
              name="user"
              // the form is emptied when it was sent; a wrong password costs the password only
              defaultValue={last.user}
              autoComplete="username"
              autoCapitalize="none"
              required
            />
          )}
        </Field>
        <Field label={t('ui.session.password')}>
          {(described) => <TextInput {...described} name="password" type="password" autoComplete="current-password" required />}
        </Field>
        {last.error ? <ErrorState compact error={last.error} /> : null}
        <Button type="submit" variant="primary" disabled={isBusy} className="mt-1">
          {t('ui.session.submit')}
        </Button>
      </form>
    </Door>
  )
}
