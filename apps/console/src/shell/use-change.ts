import { toast } from '@gatehouse/ui'
import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query'

interface Change<Input, Output> {
  run: (input: Input) => Promise<Output>
  /** Queries that have to be asked again. */
  refresh: readonly QueryKey[]
  /** Said in the corner when it is done. */
  done?: string | undefined
  onDone?: ((output: Output) => void) | undefined
  /** Failures are shown by the caller; otherwise in the corner. */
  showsError?: boolean
}

/** Something that changes the server, then what is shown. */
export function useChange<Input, Output>({ run, refresh, done, onDone, showsError = false }: Change<Input, Output>) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: run,
    onSuccess: async (output) => {
      await Promise.all(refresh.map((queryKey) => queries.invalidateQueries({ queryKey })))
      if (done) toast(done)
      onDone?.(output)
    },
    onError: (error) => {
      if (!showsError) toast(error.message, { failed: true })
    },
  })
}
