import { type AdminOperation, adminEndpoints, type Endpoint, type Me } from '@gatehouse/contracts'
import { createContext, useContext } from 'react'

export const MeContext = createContext<Me | undefined>(undefined)

export function useMe(): Me {
  const me = useContext(MeContext)
  if (!me) throw new Error('nobody is signed in')
  return me
}

/** Whether the signed-in person may call an operation, by the very table the server checks. */
export function useMay(): (operation: AdminOperation) => boolean {
  const { roles } = useMe()
  return (operation) => {
    const { access }: Endpoint = adminEndpoints[operation]
    return access === 'public' || roles.some((role) => access.includes(role))
  }
}
