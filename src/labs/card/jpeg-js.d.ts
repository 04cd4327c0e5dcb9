/** The package's reader alone, which it does not type by itself: what writes pictures is not needed. */
declare module 'jpeg-js/lib/decoder.js' {
  import type { decode } from 'jpeg-js';
  const reader: typeof decode;
  export default reader;
}
