import { useFormat } from '@gatehouse/ui'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { client } from '../client.ts'
import { useText } from '../messages/text.ts'
import { type Range, startOf } from '../range.ts'
import { Card, Loaded } from '../shell/page.tsx'

const counted = 200

/** Who calls most among the newest calls; says so when there were more. */
export function TopConsumers({ range }: { range: Range }) {
  const t = useText()
  const format = useFormat()
  const calls = useQuery({
    queryKey: ['calls', 'top', range],
    queryFn: () => client.listCalls({ query: { from: startOf(range, Date.now()), limit: counted } }),
  })
  return (
    <Card title={t('overview.top')}>
      <Loaded query={calls} rows={3}>
        {({ items, next }) => {
          const rows = countBy(items.map(({ consumer }) => consumer)).slice(0, 5)
          const most = rows[0]?.count ?? 1
          if (rows.length === 0) return <p className="text-muted">{t('overview.top.none')}</p>
          return (
            <>
              <ul className="flex flex-col gap-2">
                {rows.map(({ name, count }) => (
                  <li key={name}>
                    <Link to="/traces" search={{ range, consumer: name }} className="block hover:text-accent">
                      <span className="flex justify-between gap-3">
                        <span className="truncate">{name}</span>
                        <span className="tabular font-medium">{format.number(count)}</span>
                      </span>
                      <svg
                        viewBox="0 0 100 4"
                        preserveAspectRatio="none"
                        aria-hidden="true"
                        className="mt-1 h-1 w-full rounded-full bg-sunken"
                      >
                        <rect width={(count / most) * 100} height="4" fill="var(--color-accent)" />
                      </svg>
                    </Link>
                  </li>
                ))}
              </ul>
              {next ? <p className="mt-2 text-xs text-muted">{t('overview.top.partial', { count: counted })}</p> : null}
            </>
          )
        }}
      </Loaded>
    </Card>
  )
}

function countBy(names: readonly string[]): { name: string; count: number }[] {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count)
}
