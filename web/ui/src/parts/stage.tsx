// Rows with names at the left, and beside them a canvas of which only what is in view is painted: however many rows
// there are, names stay at the left and the head at the top while the rest scrolls.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useCanvas, useSize } from "./canvas";

/** What of the content is in view; `first` to `last` are its rows. */
export interface View {
  left: number;
  top: number;
  width: number;
  height: number;
  first: number;
  last: number;
}
/** A place in the content; `row` is -1 in the head. */
export interface Place {
  x: number;
  row: number;
}

interface StageProps {
  rows: number;
  rowHeight: number;
  headHeight: number;
  sideWidth: number;
  /** Of what is beside the names; 0: as wide as there is room. */
  contentWidth: number;
  side: (row: number) => ComponentChildren;
  head?: ComponentChildren; // above the names
  /** In the content's coordinates: (0, 0) is the upper left of the first row. */
  paintRows: (context: CanvasRenderingContext2D, view: View) => void;
  /** (0, 0) is the upper left of the head. */
  paintHead: (context: CanvasRenderingContext2D, view: View) => void;
  onPoint: (place: Place | null, at: { x: number; y: number }) => void;
  onPress: (place: Place) => void;
  /** What must be in view. */
  reveal?: Place | null;
  /** Begin at the right end. */
  atEnd?: boolean;
  /** Over the canvas: what a screen reader meets, a tip. `at` says where in the frame a place is now. */
  children?: (at: (place: Place) => { x: number; y: number }) => ComponentChildren;
  frame: JSX.HTMLAttributes<HTMLDivElement>;
}

export function Stage(props: StageProps) {
  const { rows, rowHeight, headHeight, sideWidth } = props;
  const [frame, size] = useSize<HTMLDivElement>();
  const [{ left, top }, setScrolled] = useState({ left: 0, top: 0 });
  const body = { width: Math.max(0, size.width - sideWidth), height: Math.max(0, size.height - headHeight) };
  const contentWidth = props.contentWidth || body.width;
  const rowsFrom = Math.max(0, Math.floor(top / rowHeight));
  const rowsTo = Math.min(rows - 1, Math.ceil((top + body.height) / rowHeight));
  const viewNow = (): View => {
    const { scrollLeft: left, scrollTop } = frame.current!;
    return { left, top: scrollTop, ...body, first: Math.max(0, Math.floor(scrollTop / rowHeight)), last: Math.min(rows - 1, Math.floor((scrollTop + body.height) / rowHeight)) };
  };
  const [canvas, repaint] = useCanvas(size, (context) => {
    const view = viewNow();
    const part = (y: number, height: number, down: number, paint: () => void) => {
      context.save();
      context.beginPath();
      context.rect(sideWidth, y, view.width, height);
      context.clip();
      context.translate(sideWidth - view.left, y - down);
      paint();
      context.restore();
    };
    part(headHeight, view.height, view.top, () => props.paintRows(context, view));
    part(0, headHeight, 0, () => props.paintHead(context, view));
  });
  const onScroll = () => {
    setScrolled({ left: frame.current!.scrollLeft, top: frame.current!.scrollTop });
    repaint();
  };
  const begun = useRef(false);
  useLayoutEffect(() => {
    if (begun.current || size.width === 0 || !props.atEnd) return;
    begun.current = true;
    frame.current!.scrollLeft = contentWidth;
  }, [size.width, contentWidth]);
  useEffect(() => {
    const element = frame.current;
    if (!props.reveal || !element) return;
    const { x, row } = props.reveal;
    if (row >= 0) {
      if (row * rowHeight < element.scrollTop) element.scrollTop = row * rowHeight;
      else if ((row + 1) * rowHeight > element.scrollTop + body.height) element.scrollTop = (row + 1) * rowHeight - body.height;
    }
    if (x < element.scrollLeft) element.scrollLeft = x;
    else if (x + 40 > element.scrollLeft + body.width) element.scrollLeft = x + 40 - body.width;
  }, [props.reveal?.x, props.reveal?.row]);
  const placeOf = (event: MouseEvent): Place | null => {
    const box = frame.current!.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left - sideWidth, event.clientY - box.top];
    if (x < 0) return null;
    const view = viewNow();
    const row = y < headHeight ? -1 : Math.floor((y - headHeight + view.top) / rowHeight);
    return x + view.left > contentWidth || row >= rows ? null : { x: x + view.left, row };
  };
  const { class: className, ...rest } = props.frame;
  return (
    <div {...rest} ref={frame} class={`stage ${className ?? ""}`} onScroll={onScroll}>
      <div class="stage-space" style={{ width: sideWidth + contentWidth, height: headHeight + rows * rowHeight }}>
        <div class="stage-view" style={{ width: size.width, height: size.height }}>
          <canvas ref={canvas} class="stage-canvas" aria-hidden="true" style={{ width: size.width, height: size.height }}
            onMouseMove={(event) => {
              const box = frame.current!.getBoundingClientRect();
              props.onPoint(placeOf(event), { x: event.clientX - box.left, y: event.clientY - box.top });
            }}
            onMouseLeave={() => props.onPoint(null, { x: 0, y: 0 })}
            onClick={(event) => {
              const place = placeOf(event);
              if (place) props.onPress(place);
            }} />
          <div class="stage-head" style={{ width: sideWidth, height: headHeight }}>
            {props.head}
          </div>
          <div class="stage-side" style={{ width: sideWidth, top: headHeight, height: body.height }}>
            {Array.from({ length: Math.max(0, rowsTo - rowsFrom + 1) }, (_, i) => rowsFrom + i).map((row) => (
              <div key={row} class="stage-name" style={{ height: rowHeight, transform: `translateY(${row * rowHeight - top}px)` }}>
                {props.side(row)}
              </div>
            ))}
          </div>
          {props.children?.(({ x, row }) => ({ x: sideWidth + x - left, y: row < 0 ? headHeight / 2 : headHeight + row * rowHeight - top }))}
        </div>
      </div>
    </div>
  );
}
