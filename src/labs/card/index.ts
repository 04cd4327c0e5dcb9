export { cardRecord, type CardSources } from './build';
export { checkDigest, digestOf, shortCode } from './digest';
export {
  cardFileStem,
  cardJson,
  embedInPng,
  isPicture,
  openCard,
  readCard,
  type HandedIn,
  type PictureState,
} from './files';
export { compareFolder, rowState, type FolderEntry, type FolderRow, type FolderVerdict } from './folder';
export { folderCells, folderCsv, folderMarkdown, folderWords } from './folderTable';
export { cardHtml } from './html';
export type { CardTheme } from './paint';
export type { Agreement, CardCheck, CardLine, CardRecord, CardResource, CardVerdict } from './record';
export { cardSvg } from './svg';
export type { UsedServer } from './usage';
export { accountsOf, verifyCardWith, type CardWorld, type Verification } from './verify';
export { cardText, type CardText } from './words';
