export { downloadFolder, type Saved } from './download';
export { upload } from './upload';
export { digestLines, localPlace, type CopiedFile, type CopyProgress } from './places';
export { folderSizes, type FolderSize } from './sizes';
