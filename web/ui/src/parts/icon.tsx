// The icons, drawn on a grid of 16. They repeat what words beside them say; a button that has only an icon is labelled.
const kPaths = {
  home: "M2 7.5 8 2.5l6 5M3.5 6.5V13.5h9V6.5",
  dag: "M2 3.5h4v3H2zM10 2h4v3h-4zM10 11h4v3h-4zM6 5h2.5c1 0 1.5-1.5 1.5-1.5M6 5h1c2 0 1 7.5 3 7.5",
  runs: "M2 4h9M2 8h12M2 12h6",
  windows: "M2 2h5v5H2zM9 2h5v5H9zM2 9h5v5H2zM9 9h5v5H9z",
  events: "M9 1.5 3 9h4l-1 5.5L13 7H9z",
  sources: "M2 4c3-3 5-1 6 0s3 3 6 0M2 8c3-3 5-1 6 0s3 3 6 0M2 12c3-3 5-1 6 0s3 3 6 0",
  pools: "M2 6c0-5 12-5 12 0v4c0 5-12 5-12 0zM2 6c0 4.5 12 4.5 12 0",
  person: "M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 14c0-6 11-6 11 0",
  backfill: "M7 3 2 8l5 5M14 3 9 8l5 5",
  bell: "M8 2c-5 0-4 6-5.5 9h11C12 8 13 2 8 2zM6.5 13.5h3",
  error: "M8 2 1.5 13.5h13zM8 6.5v3M8 11.5v.2",
  audit: "M3 2h10v12H3zM5.5 5h5M5.5 8h5M5.5 11h3",
  key: "M10 9a3.5 3.5 0 1 0-3.3-2.3L2 11.5V14h2.5v-1.5H6V11h1.3l1.5-2.2z",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM11 11l3.5 3.5",
  play: "M4 2.5v11l9-5.5z",
  pause: "M5 3v10M11 3v10",
  stop: "M3.5 3.5h9v9h-9z",
  retry: "M13 8a5 5 0 1 1-1.5-3.6M13 2v3h-3",
  check: "m2.5 8.5 3.5 3.5 7.5-8",
  cross: "m3.5 3.5 9 9M12.5 3.5l-9 9",
  clear: "M2 12.5 9.5 3l4 3.5-6 7zM7.5 13.5H14",
  more: "M3 8h.2M8 8h.2M13 8h.2",
  down: "m3.5 6 4.5 4.5L12.5 6",
  right: "m6 3.5 4.5 4.5L6 12.5",
  left: "M10 3.5 5.5 8l4.5 4.5",
  up: "m3.5 10 4.5-4.5 4.5 4.5",
  menu: "M2 4h12M2 8h12M2 12h12",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
  moon: "M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7z",
  screen: "M2 3h12v8H2zM6 14h4",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.5V8l2.5 1.5",
  calendar: "M2 3.5h12V14H2zM2 6.5h12M5 1.5v3M11 1.5v3",
  download: "M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11",
  external: "M6.5 3H3v10h10V9.5M9 2.5h4.5V7M13.5 2.5 7.5 8.5",
  info: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 7.5V11M8 5v.2",
  code: "m5 4-3.5 4L5 12M11 4l3.5 4L11 12",
  copy: "M5.5 5.5h8v8h-8zM10.5 5V2.5h-8v8H5",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  fit: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  logout: "M6 2.5H2.5v11H6M10 4.5 13.5 8 10 11.5M13.5 8H6",
} as const;

export type IconName = keyof typeof kPaths;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  const width = name === "more" ? 2.4 : 1.5;
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width={width}
      stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      <path d={kPaths[name]} />
    </svg>
  );
}
