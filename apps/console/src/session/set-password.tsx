import type { Me } from '@gatehouse/contracts'
import { Button, Door, ErrorState, Field, TextInput } from '@gatehouse/ui'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'

const shortest = 12

/** After a one-time link: nothing else is allowed before this. */
export function SetPassword({ me }: { me: Me }) {
  const t = useText()
  const queries = useQueryClient()
  const [problem, setProblem] = useState<{ field: 'password' | 'again'; text: string }>()
  const save = useMutation({
    mutationFn: (password: string) => client.setPassword({ body: { password } }),
    onSuccess: (changed) => queries.setQueryData(['me'], { me: changed }),
  })
  const submit = (form: FormData) => {
    const password = String(form.get('password'))
    if (password.length < shortest) return setProblem({ field: 'password', text: t('password.short', { count: shortest }) })
    if (password !== form.get('again')) return setProblem({ field: 'again', text: t('password.different') })
    setProblem(undefined)
    save.mutate(password)
  }
  const errorOf = (field: 'password' | 'again') => (problem?.field === field ? problem.text : undefined)
  return (
    <Door title={t('password.title')} text={t('password.text', { name: me.title || me.user })}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          submit(new FormData(event.currentTarget))
        }}
        className="mt-6 flex flex-col gap-4"
      >
        <input type="text" name="user" autoComplete="username" value={me.user} readOnly hidden />
        <Field label={t('password.new')} description={t('password.about')} error={errorOf('password')}>
          {(described) => <TextInput {...described} name="password" type="password" autoComplete="new-password" required />}
        </Field>
        <Field label={t('password.again')} error={errorOf('again')}>
          {(described) => <TextInput {...described} name="again" type="password" autoComplete="new-password" required />}
        </Field>
        {save.isError ? <ErrorState compact error={save.error} /> : null}
        <Button type="submit" variant="primary" disabled={save.isPending}>
          {t('password.save')}
        </Button>
      </form>
    </Door>
  )
}
