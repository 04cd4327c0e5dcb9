/** The card's size in CSS pixels; the PNG has twice as many, to be sharp in print. */
const width = 1280;
const height = 720;
const scale = 2;

/** The SVG as a `data:` URL that an image can show under a policy of `img-src data:`. */
export function svgUrl(svg: string): string {
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
}

/** Draws the SVG on a canvas. Rejects if the browser can't draw it. */
export async function draw(svg: string): Promise<HTMLCanvasElement> {
  const image = new Image(width * scale, height * scale);
  image.src = svgUrl(svg);
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = width * scale;
  canvas.height = height * scale;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This window has no canvas to draw the picture on.');
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/** The canvas as PNG, in base64 without the `data:` head. */
export function pngOf(canvas: HTMLCanvasElement): string {
  return canvas.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
}

/** Puts the picture on the clipboard. Rejects where the window has no right to. */
export async function copy(canvas: HTMLCanvasElement): Promise<void> {
  const blob = await new Promise<Blob>((resolve, reject) => {
    canvas.toBlob((made) => {
      if (made === null) reject(new Error('The picture could not be made.'));
      else resolve(made);
    }, 'image/png');
  });
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]);
}
