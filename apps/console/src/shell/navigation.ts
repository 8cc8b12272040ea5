import type { AdminOperation } from '@gatehouse/contracts'
import { Activity, BookOpen, KeyRound, LayoutDashboard, type LucideIcon, ScrollText, Users, Workflow } from 'lucide-react'
import type { TextKey } from '../messages/text.ts'

export interface Place {
  readonly to: '/' | '/traces' | '/audit' | '/knowledge' | '/apps' | '/consumers' | '/people'
  readonly label: TextKey
  readonly icon: LucideIcon
  /** Shown to those who may do this. */
  readonly needs: AdminOperation
}

export const groups: readonly { readonly label: TextKey; readonly places: readonly Place[] }[] = [
  {
    label: 'nav.observe',
    places: [
      { to: '/', label: 'nav.overview', icon: LayoutDashboard, needs: 'overview' },
      { to: '/traces', label: 'nav.traces', icon: Activity, needs: 'listCalls' },
      { to: '/audit', label: 'nav.audit', icon: ScrollText, needs: 'listAudit' },
    ],
  },
  {
    label: 'nav.build',
    places: [
      { to: '/knowledge', label: 'nav.knowledge', icon: BookOpen, needs: 'listBases' },
      { to: '/apps', label: 'nav.apps', icon: Workflow, needs: 'listApps' },
    ],
  },
  {
    label: 'nav.gateway',
    places: [
      { to: '/consumers', label: 'nav.consumers', icon: KeyRound, needs: 'listConsumers' },
      { to: '/people', label: 'nav.people', icon: Users, needs: 'listUsers' },
    ],
  },
]
