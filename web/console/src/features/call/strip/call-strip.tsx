/** The picture of a call: time from left to right. What it shows, the timeline below it says in words. */
import {
  describe,
  isOver,
  momentOf,
  sequenceAt,
  type CallEvent,
  type CallState,
  type Strip,
} from "@callboard/api";
import {
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type Ref,
  type RefObject,
} from "react";
import { countText } from "../../../ui/format.ts";
import type { View } from "./camera.ts";
import { clustersOf, type Cluster } from "./clusters.ts";
import { HEAD_PX, hit, LANE_PX } from "./hit.ts";
import { laneHues } from "./inks.ts";
import { LaneLabel, MarkLabel, NobodyLabel } from "./labels.tsx";
import { clusterLines, Marks, markText } from "./marks.tsx";
import { Cursor, NowLine, Overview, Selection, timeLine, Tooltip, type Hovered } from "./overlay.tsx";
import { placer } from "./paint.ts";
import { ticksOf } from "./ticks.ts";
import { Toolbar } from "./toolbar.tsx";
import { useCamera, useReveal, type StripCamera } from "./use-camera.ts";
import { useCanvas } from "./use-canvas.ts";
import { useGestures } from "./use-gestures.ts";
import { useWidth } from "./use-width.ts";

/** What the page's keys do with the strip. */
export interface StripHandle {
  zoom: (factor: number) => void;
  fit: () => void;
}

interface CallStripProps {
  call: CallState;
  /** The chosen event; also before the log has been read up to it. */
  chosen: CallEvent | undefined;
  /** Sequence of the chosen event. */
  at: number | undefined;
  onPick: (sequence: number | undefined) => void;
  onCopyLink: () => void;
  /** How much of the log is read: shown until it is all of it. */
  reading: { read: number; total: number } | undefined;
  ref?: Ref<StripHandle>;
}

export function CallStrip(props: CallStripProps) {
  const { call, chosen, at, onPick } = props;
  const camera = useCamera(call);
  const { strip, whole, view } = camera;
  const moment = chosen && strip ? momentOf(chosen, strip.zero) : undefined;
  useReveal(camera, moment);
  const zoom = (factor: number) => camera.zoomBy(factor, anchorOf(camera, moment));
  useImperativeHandle(props.ref, () => ({ zoom, fit: camera.fit }));
  if (!strip || !whole || !view) return <Waiting />;
  const hues = laneHues(strip.lanes);
  const line = chosen ? describe(chosen, call.participants) : "";
  const time = moment === undefined ? "" : timeLine(moment, strip.zero);
  return (
    <section aria-label="Call strip" className="card relative overflow-hidden">
      {props.reading && <Reading {...props.reading} />}
      <div
        className="grid max-h-[236px] grid-cols-[92px_minmax(0,1fr)] overflow-x-hidden overflow-y-auto sm:grid-cols-[156px_minmax(0,1fr)] lg:grid-cols-[196px_minmax(0,1fr)]"
        tabIndex={-1}
      >
        <div className="min-w-0 border-r border-line pb-1" style={{ paddingTop: HEAD_PX }}>
          {strip.lanes.map((lane, index) => (
            <LaneLabel key={lane.key} lane={lane} hue={hues[index]!} over={isOver(call)} />
          ))}
          {strip.lanes.length === 0 && <NobodyLabel over={isOver(call)} />}
          <MarkLabel name="Actions" kind="executed" count={strip.actions.length} />
          <MarkLabel name="Errors" kind="error" count={strip.errors.length} />
        </div>
        <Plot
          call={call}
          camera={camera}
          strip={strip}
          view={view}
          at={at}
          moment={moment}
          refOfChosen={chosen && refOf(chosen, call)}
          onPick={onPick}
        />
      </div>
      {camera.zoom > 1.001 && <Overview view={view} whole={whole} onMove={camera.moveTo} />}
      <Toolbar
        camera={camera}
        chosen={
          chosen &&
          [time, `event ${countText(chosen.sequence)}`, chosen.type, line].filter(Boolean).join(" · ")
        }
        onZoom={zoom}
        onCopyLink={props.onCopyLink}
        onClear={() => onPick(undefined)}
      />
    </section>
  );
}

/** Zooming without a pointer keeps the chosen moment where it is, else the end of a running call, else the middle. */
function anchorOf({ view, grows }: StripCamera, moment: number | undefined): number {
  if (view && moment !== undefined && moment >= view.from && moment <= view.to) {
    return (moment - view.from) / (view.to - view.from);
  }
  return grows ? 1 : 0.5;
}

/** The stretch of speech that an event belongs to: that of the version which stands. */
function refOf(event: CallEvent, call: CallState): number | undefined {
  const id = event.payload["utteranceId"];
  return typeof id === "string" ? call.utterances.get(id)?.sequence : undefined;
}

function Waiting() {
  return (
    <section aria-label="Call strip" className="card px-3 py-2.5 text-muted">
      The picture of the call begins with its first event.
    </section>
  );
}

function Reading({ read, total }: { read: number; total: number }) {
  return (
    <div
      role="progressbar"
      aria-label="Reading the log"
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={Math.min(read, total)}
      className="absolute inset-x-0 top-0 z-20 h-0.5 bg-line"
    >
      <i
        className="block h-full origin-left bg-accent transition-transform"
        style={{ transform: `scaleX(${total === 0 ? 0 : Math.min(1, read / total)})` }}
      />
    </div>
  );
}

interface PlotProps {
  call: CallState;
  camera: StripCamera;
  strip: Strip;
  view: View;
  at: number | undefined;
  moment: number | undefined;
  refOfChosen: number | undefined;
  onPick: (sequence: number) => void;
}

function Plot({ call, camera, strip, view, at, moment, refOfChosen, onPick }: PlotProps) {
  const plot = useRef<HTMLDivElement>(null);
  const width = useWidth(plot);
  // An empty call keeps a lane for the words that say so.
  const lanes = Math.max(1, strip.lanes.length);
  const height = HEAD_PX + (lanes + 2) * LANE_PX + 4;
  const ticks = useMemo(() => ticksOf(view, strip.zero, width), [view, strip.zero, width]);
  const canvas = useCanvas({ strip, view, until: camera.until, ticks, width, height });
  const place = placer(view, width);
  const timeAt = (x: number) => view.from + (x / width) * (view.to - view.from);
  const msPerPx = (view.to - view.from) / Math.max(1, width);
  const [pointer, setPointer] = useState<{ x: number; y: number }>();
  const [marked, setMarked] = useState<Cluster>();
  usePlotGestures(plot, { call, camera, strip, timeAt, msPerPx, onPick, onHover: setPointer });
  const rows = [
    { name: "Actions and decisions", marks: strip.actions },
    { name: "Errors", marks: strip.errors },
  ].map(({ name, marks }, index) => ({
    name,
    top: HEAD_PX + (lanes + index) * LANE_PX,
    clusters: clustersOf(marks, view, strip.zero, width),
  }));
  const hovered = pointer && hoverOf({ strip, call, pointer, marked, at: timeAt(pointer.x), msPerPx });
  return (
    <div
      ref={plot}
      data-plot
      role="group"
      tabIndex={0}
      aria-label="Time from left to right. Arrow keys move, plus and minus zoom, zero shows the whole call."
      className="relative min-w-0 cursor-crosshair touch-pan-y select-none -outline-offset-2"
      style={{ height }}
      onKeyDown={(event) => onPlotKey(event, camera)}
    >
      <canvas ref={canvas} className="absolute inset-0" aria-hidden />
      {strip.lanes.length === 0 && (
        <p
          className="pointer-events-none absolute inset-x-2 flex h-[26px] items-center justify-center text-muted"
          style={{ top: HEAD_PX }}
        >
          <span className="truncate rounded bg-panel px-2">
            {isOver(call)
              ? "Nobody joined this call."
              : "Nobody has joined yet. Whoever opens the join link appears here."}
          </span>
        </p>
      )}
      {camera.grows && <NowLine x={place(camera.until)} width={width} />}
      <Selection strip={strip} at={refOfChosen} place={place} width={width} />
      {rows.map((row) => (
        <Marks
          key={row.name}
          {...row}
          call={call}
          zero={strip.zero}
          at={at}
          onPick={onPick}
          onHover={setMarked}
        />
      ))}
      {moment !== undefined && (
        <Cursor x={place(moment)} width={width} label={timeLine(moment, strip.zero)} />
      )}
      {hovered && <Tooltip hovered={hovered} width={width} height={height} />}
    </div>
  );
}

interface PlotMoves {
  call: CallState;
  camera: StripCamera;
  strip: Strip;
  timeAt: (x: number) => number;
  msPerPx: number;
  onPick: (sequence: number) => void;
  onHover: (place: { x: number; y: number } | undefined) => void;
}

function usePlotGestures(plot: RefObject<HTMLDivElement | null>, moves: PlotMoves): void {
  const { call, camera, strip, timeAt, msPerPx, onPick, onHover } = moves;
  useGestures(plot, {
    zoom: (factor, anchor) => {
      const whole = factor < 1 && camera.camera.mode === "fit";
      if (!whole) camera.zoomBy(factor, anchor);
      return !whole;
    },
    pan: camera.panBy,
    press: (x, y) => {
      const found = hit(strip, call, y, timeAt(x), msPerPx);
      const sequence = found.sequence ?? sequenceAt(call.events, strip.zero, timeAt(x));
      if (sequence !== undefined) onPick(sequence);
    },
    hover: onHover,
  });
}

interface HoverInput {
  strip: Strip;
  call: CallState;
  pointer: { x: number; y: number };
  marked: Cluster | undefined;
  at: number;
  msPerPx: number;
}

function hoverOf({ strip, call, pointer, marked, at, msPerPx }: HoverInput): Hovered {
  if (marked) {
    const [only, ...others] = marked.marks;
    if (only && others.length === 0) {
      return { ...pointer, x: marked.x, lines: [timeLine(only.at, strip.zero), markText(only, call)] };
    }
    const lines = clusterLines(marked, call, strip.zero);
    return { ...pointer, x: marked.x, lines: [`${marked.marks.length} here`, ...lines] };
  }
  const found = hit(strip, call, pointer.y, at, msPerPx);
  const time = timeLine(at, strip.zero);
  return { ...pointer, lines: found.text ? [time, found.text] : [time] };
}

/** Keys of the plot itself. Those of the page go on to the page. */
function onPlotKey(event: KeyboardEvent, camera: StripCamera): void {
  const far = event.shiftKey ? 0.5 : 0.1;
  const moves: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => camera.panBy(-far),
    ArrowRight: () => camera.panBy(far),
  };
  const move = event.ctrlKey || event.metaKey || event.altKey ? undefined : moves[event.key];
  if (!move) return;
  event.preventDefault();
  move();
}
