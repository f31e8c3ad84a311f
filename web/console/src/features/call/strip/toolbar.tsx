import { Link2, Maximize2, Minus, Plus, X } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../../../ui/button.tsx";
import type { StripCamera } from "./use-camera.ts";

interface ToolbarProps {
  camera: StripCamera;
  /** What is chosen, in words. */
  chosen: string | undefined;
  onZoom: (factor: number) => void;
  onCopyLink: () => void;
  onClear: () => void;
}

/** Below the strip: the chosen moment on the left, the zoom on the right. */
export function Toolbar({ camera, chosen, onZoom, onCopyLink, onClear }: ToolbarProps) {
  const { zoom } = camera;
  return (
    <div className="flex min-h-8 items-center gap-1 border-t border-line py-0.5 pr-1.5 pl-3">
      {chosen === undefined ? (
        <span className="truncate text-faint max-sm:sr-only">
          Press a moment to go there. Wheel or pinch zooms, a drag moves.
        </span>
      ) : (
        <>
          <span className="min-w-0 truncate text-muted" title={chosen}>
            {chosen}
          </span>
          <Tool label="Copy link to this moment" hint="c" onClick={onCopyLink}>
            <Link2 size={14} aria-hidden />
          </Tool>
          <Tool label="Leave this moment" hint="Escape" onClick={onClear}>
            <X size={14} aria-hidden />
          </Tool>
        </>
      )}
      <span className="flex-1" />
      {camera.grows && camera.camera.mode === "free" && (
        <Button look="quiet" className="!h-6 !px-2 !text-accent" onClick={camera.follow}>
          Follow now
        </Button>
      )}
      <Tool label="Zoom out" hint="−" onClick={() => onZoom(1 / 2)} disabled={zoom <= 1.001}>
        <Minus size={14} aria-hidden />
      </Tool>
      <span className="w-12 text-center text-muted" aria-live="off" title="How far the strip is zoomed in">
        {zoomText(zoom)}
      </span>
      <Tool label="Zoom in" hint="+" onClick={() => onZoom(2)}>
        <Plus size={14} aria-hidden />
      </Tool>
      <Tool label="Show the whole call" hint="0" onClick={camera.fit} disabled={zoom <= 1.001}>
        <Maximize2 size={13} aria-hidden />
      </Tool>
    </div>
  );
}

/** One figure after the point where it says something. */
export const zoomText = (zoom: number): string =>
  `${zoom < 10 ? zoom.toFixed(1).replace(/\.0$/, "") : Math.round(zoom)}×`;

interface ToolProps {
  label: string;
  hint: string;
  disabled?: boolean;
  onClick: () => void;
  children: ReactNode;
}

function Tool({ label, hint, disabled, onClick, children }: ToolProps) {
  return (
    <Button
      look="quiet"
      className="!h-6 !px-1.5"
      aria-label={label}
      title={`${label} (${hint})`}
      disabled={disabled ?? false}
      onClick={onClick}
    >
      {children}
    </Button>
  );
}
