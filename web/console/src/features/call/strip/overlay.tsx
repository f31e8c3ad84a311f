/** What lies over the canvas: now, the chosen moment, what the pointer is on, and where in the whole we are. */
import type { Strip } from "@callboard/api";
import { useRef, type PointerEvent } from "react";
import { cx } from "../../../ui/class-names.ts";
import { fullView, type View } from "./camera.ts";
import { LANE_PX, HEAD_PX } from "./hit.ts";
import { offsetText } from "./ticks.ts";

interface LineProps {
  x: number;
  width: number;
}

const within = ({ x, width }: LineProps): boolean => x >= -1 && x <= width + 1;

export function NowLine(props: LineProps) {
  if (!within(props)) return null;
  return (
    <i
      className="pointer-events-none absolute inset-y-0 w-[1.5px] -translate-x-1/2 bg-accent"
      style={{ left: props.x }}
    >
      <i className="absolute top-0.5 left-1/2 size-[7px] -translate-x-1/2 rounded-full bg-accent" />
    </i>
  );
}

export function Cursor({ x, width, label }: LineProps & { label: string }) {
  if (!within({ x, width })) return null;
  const edge = x < 40 ? "left-0" : x > width - 40 ? "right-0" : "left-1/2 -translate-x-1/2";
  return (
    <i
      data-cursor
      className="pointer-events-none absolute inset-y-0 z-10 w-px -translate-x-1/2 bg-ink not-italic"
      style={{ left: x }}
    >
      <span
        className={cx(
          "mono absolute top-0.5 rounded bg-ink px-1 text-[10.5px] leading-[15px] whitespace-nowrap text-panel",
          edge,
        )}
      >
        {label}
      </span>
    </i>
  );
}

interface SelectionProps {
  strip: Strip;
  at: number | undefined;
  place: (at: number) => number;
  width: number;
}

/** A frame around the stretch of speech that is chosen. */
export function Selection({ strip, at, place, width }: SelectionProps) {
  if (at === undefined) return null;
  for (const [index, lane] of strip.lanes.entries()) {
    const found = lane.speech.refs.indexOf(at);
    if (found < 0) continue;
    const left = Math.max(-4, place(lane.speech.starts[found]!));
    const right = Math.min(width + 4, place(lane.speech.ends[found]!));
    if (right < 0 || left > width) return null;
    return (
      <i
        className="pointer-events-none absolute rounded-[4px] border-[1.5px] border-ink"
        style={{
          left: left - 2.5,
          width: Math.max(3, right - left) + 5,
          top: HEAD_PX + index * LANE_PX + 5,
          height: 16,
        }}
      />
    );
  }
  return null;
}

export interface Hovered {
  x: number;
  y: number;
  lines: readonly string[];
}

/** The time below the pointer and what is there. The pointer's own help: the timeline says the same in words. */
export function Tooltip({ hovered, width, height }: { hovered: Hovered; width: number; height: number }) {
  const right = hovered.x > width / 2;
  const low = hovered.y > height / 2;
  return (
    <>
      <i
        className="pointer-events-none absolute inset-y-0 w-px bg-edge"
        style={{ left: hovered.x }}
        aria-hidden
      />
      <div
        aria-hidden
        className="pointer-events-none absolute z-20 grid w-max max-w-80 gap-0.5 rounded-md border border-edge bg-raised px-2 py-1 text-xs shadow-lg"
        style={{
          left: hovered.x + (right ? -8 : 8),
          top: low ? hovered.y - 6 : hovered.y + 14,
          transform: `translate(${right ? "-100%" : "0"}, ${low ? "-100%" : "0"})`,
        }}
      >
        {hovered.lines.map((line, index) => (
          <span key={index} className={cx("line-clamp-2", index === 0 && "mono text-faint")}>
            {line}
          </span>
        ))}
      </div>
    </>
  );
}

interface OverviewProps {
  view: View;
  whole: View;
  onMove: (from: number) => void;
}

/** Where in the whole the shown part lies; the part can be dragged along. */
export function Overview({ view, whole, onMove }: OverviewProps) {
  const bar = useRef<HTMLDivElement>(null);
  const grab = useRef<number>(undefined);
  const full = fullView(whole);
  const length = full.to - full.from;
  const share = (at: number) => ((at - full.from) / length) * 100;
  const width = share(view.to) - share(view.from);
  const timeAt = (event: PointerEvent) => {
    const rect = bar.current!.getBoundingClientRect();
    return full.from + ((event.clientX - rect.left) / rect.width) * length;
  };
  const stop = () => {
    grab.current = undefined;
  };
  return (
    <div
      ref={bar}
      aria-hidden
      className="group h-2 touch-none border-t border-line bg-raised/60"
      onPointerDown={(event) => {
        const at = timeAt(event);
        const inside = at >= view.from && at <= view.to;
        grab.current = inside ? at - view.from : (view.to - view.from) / 2;
        event.currentTarget.setPointerCapture(event.pointerId);
        if (!inside) onMove(at - grab.current);
      }}
      onPointerMove={(event) => {
        if (grab.current !== undefined) onMove(timeAt(event) - grab.current);
      }}
      onPointerUp={stop}
      onPointerCancel={stop}
    >
      <i
        className="block h-full min-w-[6px] rounded-full border-y-2 border-transparent bg-faint/50 bg-clip-padding group-hover:bg-faint"
        style={{ marginLeft: `${share(view.from)}%`, width: `${width}%` }}
      />
    </div>
  );
}

/** The words for a time on the strip. */
export const timeLine = (at: number, zero: number): string => offsetText(at - zero, true);
