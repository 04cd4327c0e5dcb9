/** What a line of the demo's shell says, once read: the part of POSIX sh that checks and a curious student use. */

export type Part =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  | {
      readonly kind: 'variable';
      readonly name: string;
      readonly fallback: string | undefined;
      readonly quoted: boolean;
    }
  | { readonly kind: 'command'; readonly list: List; readonly quoted: boolean };

export type Word = readonly Part[];

export interface Redirect {
  /** 0, 1, 2; `both`: standard output and errors. */
  readonly stream: 0 | 1 | 2 | 'both';
  readonly how: 'write' | 'append' | 'read' | 'join';
  /** A file; for `join` the stream's number. */
  readonly target: Word;
}

export interface Assignment {
  readonly name: string;
  readonly value: Word;
}

export type Command =
  | {
      readonly kind: 'simple';
      readonly assignments: readonly Assignment[];
      readonly words: readonly Word[];
      readonly redirects: readonly Redirect[];
    }
  | {
      readonly kind: 'group';
      readonly list: List;
      /** In parentheses: what it changes ends with it. */
      readonly apart: boolean;
      readonly redirects: readonly Redirect[];
    }
  | {
      /** `for NAME in WORD …; do LIST; done` */
      readonly kind: 'loop';
      readonly name: string;
      readonly words: readonly Word[];
      readonly list: List;
      readonly redirects: readonly Redirect[];
    };

export interface Pipeline {
  readonly negated: boolean;
  readonly commands: readonly Command[];
}

export interface Chain {
  readonly first: Pipeline;
  readonly rest: readonly { readonly when: '&&' | '||'; readonly then: Pipeline }[];
}

export type List = readonly Chain[];

/** What can't be read. */
export class SyntaxFault extends Error {}
