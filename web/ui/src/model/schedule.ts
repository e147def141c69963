// The commonest schedules in plain words; of others the daemon's own.

const two = (text: string) => text.padStart(2, "0");
const kDays: Record<string, string> = { "0": "Sunday", "1": "Monday", "2": "Tuesday", "3": "Wednesday", "4": "Thursday", "5": "Friday", "6": "Saturday", "7": "Sunday" };
const kNames: Record<string, string> = { "@hourly": "every hour", "@daily": "every day at 00:00", "@weekly": "every Sunday at 00:00", "@monthly": "on the 1st of every month at 00:00", "@yearly": "every year on January 1st" };

function wordsOfCron(cron: string): string | null {
  if (kNames[cron]) return kNames[cron]!;
  const fields = cron.split(" ");
  if (fields.length !== 5) return null;
  const [minute, hour, day, month, weekday] = fields as [string, string, string, string, string];
  const number = (field: string) => /^\d+$/.test(field);
  if (day === "*" && month === "*" && weekday === "*") {
    if (hour === "*" && minute === "*") return "every minute";
    const step = /^\*\/(\d+)$/;
    if (hour === "*" && step.test(minute)) return `every ${step.exec(minute)![1]} minutes`;
    if (hour === "*" && number(minute)) return minute === "0" ? "every hour" : `every hour at minute ${minute}`;
    if (step.test(hour) && number(minute)) return `every ${step.exec(hour)![1]} hours${minute === "0" ? "" : ` at minute ${minute}`}`;
    if (number(hour) && number(minute)) return `every day at ${two(hour)}:${two(minute)}`;
  }
  if (number(hour) && number(minute) && month === "*") {
    if (day === "*" && /^(MON-FRI|1-5)$/i.test(weekday)) return `Monday to Friday at ${two(hour)}:${two(minute)}`;
    if (day === "*" && kDays[weekday]) return `every ${kDays[weekday]} at ${two(hour)}:${two(minute)}`;
    if (number(day) && weekday === "*") return `on day ${day} of every month at ${two(hour)}:${two(minute)}`;
  }
  return null;
}

// The daemon says "15 2 * * * in Europe/Berlin"; null is by hand only.
export function wordsOfSchedule(description: string | null): string {
  if (!description) return "by hand only";
  const [, cron, zone] = /^(.*?)(?: in ([\w/+-]+))?$/.exec(description)!;
  const words = wordsOfCron(cron!);
  return words ? (zone ? `${words}, ${zone}` : words) : description;
}
