import * as v from 'valibot';
import { LineCounter, isNode, parseDocument, type Document } from 'yaml';
import type { Person } from '../types';
import { courseSchema, type CourseText } from './schema';

/** The course as its file states it. */
export interface Course extends Omit<CourseText, 'people' | 'roster'> {
  readonly people: readonly Person[];
  /** The name of a CSV file beside the course file. */
  readonly rosterFile: string | undefined;
}

export interface CourseFault {
  readonly what: string;
  /** From 1. */
  readonly line: number;
}

/** Reads a course file. Nothing of it is guessed: what is not as the form wants it is a fault with its line. */
export function readCourse(
  text: string,
): { readonly course: Course } | { readonly faults: readonly CourseFault[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true });
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  if (document.errors.length > 0)
    return {
      faults: document.errors.map(({ message, pos }) => ({
        what: message.split('\n')[0] ?? 'It is not YAML.',
        line: lineAt(pos[0]),
      })),
    };
  const parsed = v.safeParse(courseSchema, document.toJS({ maxAliasCount: 0 }));
  if (parsed.success) return { course: courseOf(parsed.output) };
  return {
    faults: parsed.issues.map((issue) => {
      const path = (issue.path ?? []).map(({ key }) => String(key));
      const where = path.length === 0 ? 'The file' : path.join('.');
      return { what: `${where}: ${issue.message}`, line: lineAt(offsetOf(document, path)) };
    }),
  };
}

function courseOf({ people, roster, ...rest }: CourseText): Course {
  return {
    ...rest,
    rosterFile: roster,
    people: people.map(({ netId, usernames, group }) => ({
      netId: netId?.toLowerCase(),
      usernames,
      userIds: {},
      group,
    })),
  };
}

/** Of the deepest part of the path that is in the file. */
function offsetOf(document: Document, path: readonly string[]): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const keys = path.slice(0, depth).map((key) => (/^\d+$/.test(key) ? Number(key) : key));
    const node = document.getIn(keys, true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
