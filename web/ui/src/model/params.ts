// Params as the daemon describes them: name -> value, description, JSON Schema. What a form makes of them, and what is wrong with it.
import type { ApiError } from "@/api/client";
import type { Param, Params } from "@/api/types";

export type Values = Record<string, unknown>;
export type Faults = Record<string, string>;

export type Kind = "choice" | "flag" | "integer" | "number" | "text" | "json";

export function kindOf({ schema }: Param): Kind {
  if (schema.enum) return "choice";
  switch (schema.type) {
    case "boolean":
      return "flag";
    case "integer":
    case "number":
      return schema.type;
    case "array":
    case "object":
      return "json";
    case "string":
    case undefined:
      return "text";
  }
}

/** What the form begins with: the defaults. */
export const defaultsOf = (params: Params): Values =>
  Object.fromEntries(Object.entries(params).flatMap(([name, { value }]) => (value === null ? [] : [[name, value]])));

/** A value as it stands in an input. */
export const textOf = (kind: Kind, value: unknown): string =>
  value === undefined || value === null ? "" : typeof value === "string" ? value : kind === "json" ? JSON.stringify(value, null, 1) : String(value);

/** What an input's text means. A text that is no such value stays a text, and `faultsOf` tells. */
export function valueOf(kind: Kind, text: string): unknown {
  if (kind === "text") return text;
  if (text.trim() === "") return undefined;
  if (kind === "json") {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return text;
    }
  }
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}

function faultOf(param: Param, value: unknown): string | null {
  const { schema } = param;
  const kind = kindOf(param);
  if (value === undefined || (kind === "text" && value === "" && param.value === null && (schema.minLength ?? 0) > 0)) {
    return param.value === null ? "must be given" : kind === "text" || kind === "flag" || kind === "choice" ? null : "must not be empty";
  }
  if (kind === "integer" && !Number.isInteger(value)) return "is a whole number";
  if (kind === "number" && typeof value !== "number") return "is a number";
  if (kind === "json") {
    if (schema.type === "array") return Array.isArray(value) ? null : 'is a list in JSON, as ["a", "b"]';
    return typeof value === "object" && value !== null && !Array.isArray(value) ? null : 'is an object in JSON, as {"a": 1}';
  }
  if (typeof value === "number") {
    if (schema.minimum !== undefined && value < schema.minimum) return `is at least ${schema.minimum}`;
    if (schema.maximum !== undefined && value > schema.maximum) return `is at most ${schema.maximum}`;
  }
  if (typeof value === "string" && kind === "text") {
    const length = [...value].length;
    if (schema.minLength !== undefined && length < schema.minLength) return `has at least ${schema.minLength} characters`;
    if (schema.maxLength !== undefined && length > schema.maxLength) return `has at most ${schema.maxLength} characters`;
  }
  return null;
}

/** What the daemon would refuse, as far as it can be said here; patterns are its own. */
export function faultsOf(params: Params, values: Values): Faults {
  const faults: Faults = {};
  for (const [name, param] of Object.entries(params)) {
    const fault = faultOf(param, values[name]);
    if (fault) faults[name] = fault;
  }
  return faults;
}

/** The faults that the daemon found below `field` of the body ("conf", "params_input"), by param. */
export const faultsBelow = (error: ApiError, field: string): Faults =>
  Object.fromEntries(error.faults.filter(({ loc }) => loc[1] === field && loc.length > 2).map(({ loc, msg }) => [String(loc[2]), msg]));

/** "1 to 1000", "at least 3 characters", "matches ^[a-z]+$". */
export function limitsOf({ schema }: Param): string {
  const range = (least: number | undefined, most: number | undefined, unit: string) =>
    least !== undefined && most !== undefined ? `${least} to ${most}${unit}` : least !== undefined ? `at least ${least}${unit}` : most !== undefined ? `at most ${most}${unit}` : "";
  return [range(schema.minimum, schema.maximum, ""), range(schema.minLength, schema.maxLength, " characters"), schema.pattern && `matches ${schema.pattern}`]
    .filter(Boolean)
    .join(", ");
}
