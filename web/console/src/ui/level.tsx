import { useEffect, useRef } from "react";
import { cx } from "./class-names.ts";

const SHARES = [0.45, 0.8, 1, 0.7, 0.4];

interface LevelProps {
  /** The level now, 0 to 1; asked about twelve times a second. */
  read: () => number;
  off?: boolean;
  label?: string;
  /** Full height in pixels. */
  height?: number;
}

/** Five bars that follow a voice. Written to the page directly: a level is no reason to render. */
export function Level({ read, off = false, label, height = 20 }: LevelProps) {
  const bars = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const draw = () => {
      const level = off ? 0 : Math.min(1, Math.max(0, read()));
      const children = bars.current?.children ?? [];
      for (let i = 0; i < children.length; i++) {
        const tall = 4 + Math.sqrt(level) * (SHARES[i] ?? 0) * (height - 4);
        (children[i] as HTMLElement).style.height = `${tall.toFixed(1)}px`;
      }
    };
    draw();
    if (off) return undefined;
    const timer = setInterval(draw, 80);
    return () => clearInterval(timer);
  }, [read, off, height]);
  return (
    <span
      ref={bars}
      className="flex shrink-0 items-center gap-0.5"
      style={{ height }}
      {...(label ? { role: "img", "aria-label": label } : { "aria-hidden": true })}
    >
      {SHARES.map((share) => (
        <i
          key={share}
          className={cx("w-[3px] rounded-sm", off ? "bg-edge" : "bg-accent")}
          style={{ height: 4 }}
        />
      ))}
    </span>
  );
}
