import { useLayoutEffect, useRef } from "react";
import { useInks } from "./inks.ts";
import { paint, type Scene } from "./paint.ts";

/** A canvas that shows the scene, as sharp as the screen is. */
export function useCanvas(scene: Omit<Scene, "inks">) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const inks = useInks();
  useLayoutEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context || scene.width === 0) return;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(scene.width * ratio), Math.round(scene.height * ratio)];
    if (element.width !== width || element.height !== height) {
      element.width = width;
      element.height = height;
      element.style.width = `${scene.width}px`;
      element.style.height = `${scene.height}px`;
    }
    paint(context, { ...scene, inks }, ratio);
  });
  return canvas;
}
