// A canvas that is as large as its frame and sharp on every screen.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

export interface Size {
  width: number;
  height: number;
}

/** The size of an element, as it is now. */
export function useSize<E extends HTMLElement>(): [preact.RefObject<E>, Size] {
  const element = useRef<E>(null);
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const see = () => {
      const { clientWidth: width, clientHeight: height } = element.current!;
      setSize((was) => (was.width === width && was.height === height ? was : { width, height }));
    };
    see();
    if (typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(see);
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, []);
  return [element, size];
}

export type Paint = (context: CanvasRenderingContext2D, size: Size) => void;

/** Paints once a frame at most. Call the second of what it gives when something has moved. */
export function useCanvas(size: Size, paint: Paint): [preact.RefObject<HTMLCanvasElement>, () => void] {
  const canvas = useRef<HTMLCanvasElement>(null);
  const frame = useRef(0);
  const latest = useRef<() => void>(() => {});
  latest.current = () => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context || size.width === 0) return;
    const scale = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(size.width * scale), Math.round(size.height * scale)];
    if (element.width !== width) element.width = width;
    if (element.height !== height) element.height = height;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, size.width, size.height);
    paint(context, size);
  };
  const repaint = () => {
    if (frame.current) return;
    frame.current = requestAnimationFrame(() => {
      frame.current = 0;
      latest.current();
    });
  };
  useEffect(repaint);
  useEffect(() => () => cancelAnimationFrame(frame.current), []);
  return [canvas, repaint];
}

/** A text, shortened so that it fits. */
export function fitted(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let [least, most] = [0, text.length];
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (context.measureText(text.slice(0, middle) + "…").width <= width) least = middle;
    else most = middle - 1;
  }
  return text.slice(0, least) + "…";
}

/** A sign for each state beside its colour, around a middle, `r` from it to the edge. */
export function paintSign(context: CanvasRenderingContext2D, state: string | null, x: number, y: number, r: number, colour: string): void {
  const line = (...points: [number, number][]) => {
    context.beginPath();
    points.forEach(([px, py], i) => (i ? context.lineTo(x + px * r, y + py * r) : context.moveTo(x + px * r, y + py * r)));
    context.stroke();
  };
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = 1.5;
  switch (state) {
    case "failed":
      line([-1, -1], [1, 1]);
      line([1, -1], [-1, 1]);
      break;
    case "upstream_failed":
      line([0, 1], [0, -1]);
      line([-1, 0], [0, -1], [1, 0]);
      break;
    case "skipped":
      line([-0.7, -1], [0.5, 0], [-0.7, 1]);
      break;
    case "running":
      context.beginPath();
      context.arc(x, y, r * 0.7, 0, Math.PI * 2);
      context.fill();
      break;
    case "up_for_retry":
      context.beginPath();
      context.arc(x, y, r * 0.9, 0.5, Math.PI * 1.7);
      context.stroke();
      break;
    case "deferred":
      line([-0.5, -1], [-0.5, 1]);
      line([0.5, -1], [0.5, 1]);
      break;
    case "queued":
      line([-1, 0], [1, 0]);
      break;
    case "removed":
      line([-1, 1], [1, -1]);
      break;
  }
}
