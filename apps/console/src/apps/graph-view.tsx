import type { Graph, NodeRunView } from '@gatehouse/contracts'
import { Badge, type Tone, useFormat } from '@gatehouse/ui'
import { CircleCheck, CircleSlash, CircleStop, CircleX, LoaderCircle, type LucideIcon } from 'lucide-react'
import { useText } from '../messages/text.ts'
import { box, layoutGraph, type Placed } from './graph-layout.ts'

export interface GraphViewProps {
  graph: Graph
  /** How it ran; absent: the graph alone. */
  path?: readonly NodeRunView[] | undefined
}

const looks: Record<NodeRunView['status'], readonly [Tone, LucideIcon]> = {
  running: ['accent', LoaderCircle],
  succeeded: ['good', CircleCheck],
  failed: ['bad', CircleX],
  stopped: ['warn', CircleStop],
  skipped: ['neutral', CircleSlash],
}

/** A picture for the eye, and the same as an outline for everybody else. */
export function GraphView({ graph, path }: GraphViewProps) {
  return (
    <>
      <Picture graph={graph} path={path} />
      <Outline graph={graph} path={path} />
    </>
  )
}

function Picture({ graph, path }: GraphViewProps) {
  const format = useFormat()
  const kindOf = useKind()
  const layout = layoutGraph(graph)
  const places = new Map(layout.nodes.map((place) => [place.id, place]))
  const runs = new Map(path?.map((run) => [run.node, run]))
  const ran = (id: string) => runs.has(id) && runs.get(id)?.status !== 'skipped'
  const taken = ({ from, to, branch }: Graph['edges'][number]) =>
    ran(from) && ran(to) && (branch === undefined || runs.get(from)?.branch === undefined || runs.get(from)?.branch === branch)
  return (
    <div className="overflow-x-auto">
      <svg
        aria-hidden="true"
        viewBox={`-4 -4 ${layout.width + 8} ${layout.height + 8}`}
        style={{ width: '100%', maxWidth: layout.width + 8, minWidth: Math.min(layout.width, smallest) }}
        className="mx-auto block"
      >
        {graph.edges.map((edge) => (
          <Edge
            key={`${edge.from} ${edge.branch ?? ''} ${edge.to}`}
            from={places.get(edge.from)}
            to={places.get(edge.to)}
            isTaken={path !== undefined && taken(edge)}
          />
        ))}
        {graph.nodes.map(({ id, title, use }) => {
          const place = places.get(id)
          const run = runs.get(id)
          if (!place) return null
          const isQuiet = path !== undefined && !ran(id)
          const stroke = run?.status === 'failed' ? 'var(--color-bad)' : ran(id) ? 'var(--color-accent)' : 'var(--color-line)'
          return (
            <g key={id} transform={`translate(${place.x} ${place.y})`} opacity={isQuiet ? 0.55 : 1}>
              <rect
                width={box.width}
                height={box.height}
                rx="9"
                fill="var(--color-canvas)"
                stroke={stroke}
                strokeWidth={ran(id) ? 1.75 : 1.25}
              />
              {/* HTML inside, because only it cuts text to the room there is */}
              <foreignObject x="11" y="8" width={box.width - 22} height="22">
                <p className="truncate text-[13px] leading-5 font-semibold">{title || id}</p>
              </foreignObject>
              <foreignObject x="11" y="31" width={box.width - (run?.duration === undefined ? 22 : 66)} height="20">
                <p className="truncate text-[11px] leading-4 text-muted">{kindOf(use)}</p>
              </foreignObject>
              {run?.duration === undefined ? null : (
                <text x={box.width - 12} y="43" fontSize="11" textAnchor="end" fill="var(--color-ink)">
                  {format.milliseconds(run.duration)}
                </text>
              )}
            </g>
          )
        })}
      </svg>
    </div>
  )
}

const kinds = ['start', 'answer', 'branch', 'knowledge-retrieval', 'llm'] as const

/** What a step does, in words; of a component we do not know, its id. */
function useKind(): (use: string) => string {
  const t = useText()
  return (use) => {
    const kind = kinds.find((each) => use === `node.${each}`)
    return kind ? t(`kind.${kind}`) : use.replace(/^node\./, '')
  }
}

/** Narrower, the words could not be read. */
const smallest = 720

function Edge({ from, to, isTaken }: { from: Placed | undefined; to: Placed | undefined; isTaken: boolean }) {
  if (!from || !to) return null
  const [x1, y1, x2, y2] = [from.x + box.width, from.y + box.height / 2, to.x, to.y + box.height / 2]
  const bend = Math.max(24, (x2 - x1) / 2)
  const colour = isTaken ? 'var(--color-accent)' : 'var(--color-line-strong)'
  return (
    <g fill="none" stroke={colour} strokeWidth={isTaken ? 2 : 1.25} opacity={isTaken ? 1 : 0.6}>
      <path d={`M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2 - 5} ${y2}`} />
      <path d={`M${x2 - 8} ${y2 - 4} L${x2 - 1} ${y2} L${x2 - 8} ${y2 + 4}`} strokeLinecap="round" strokeLinejoin="round" />
    </g>
  )
}

function Outline({ graph, path }: GraphViewProps) {
  const t = useText()
  const kindOf = useKind()
  const format = useFormat()
  const runs = new Map(path?.map((run) => [run.node, run]))
  const order = layoutGraph(graph)
    .nodes.toSorted((a, b) => a.x - b.x || a.y - b.y)
    .flatMap(({ id }) => graph.nodes.find((node) => node.id === id) ?? [])
  const titleOf = (id: string) => graph.nodes.find((node) => node.id === id)?.title || id
  return (
    <details className="mt-3 border-t border-line pt-2">
      <summary className="min-h-6 text-[0.8125rem] font-medium text-muted hover:text-ink">{t('graph.outline')}</summary>
      <ol className="mt-2 flex flex-col">
        {order.map(({ id, title, use }) => {
          const run = runs.get(id)
          const next = graph.edges.filter(({ from }) => from === id)
          return (
            <li
              key={id}
              className="flex flex-wrap items-center gap-x-3 gap-y-1 border-t border-line py-1.5 text-[0.8125rem] first:border-0"
            >
              <span className="font-medium">{title || id}</span>
              <span className="text-muted">{kindOf(use)}</span>
              {run ? <NodeStatus run={run} /> : null}
              {run?.duration === undefined ? null : <span className="tabular">{format.milliseconds(run.duration)}</span>}
              {run?.error ? <span className="text-bad">{run.error}</span> : null}
              {next.length > 0 ? (
                <span className="text-muted">
                  {t('graph.next', {
                    nodes: format.list(next.map(({ to, branch }) => (branch ? `${titleOf(to)} (${branch})` : titleOf(to)))),
                  })}
                </span>
              ) : null}
            </li>
          )
        })}
      </ol>
    </details>
  )
}

function NodeStatus({ run }: { run: NodeRunView }) {
  const t = useText()
  const [tone, icon] = looks[run.status]
  return (
    <Badge tone={tone} icon={icon}>
      {t(`node.${run.status}`)}
    </Badge>
  )
}
