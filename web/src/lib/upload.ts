/** Sending a file with word of how far it is, which fetch does not give. */
import { fromAnswer, Problem } from './problem';

export type Upload<T> = { done: Promise<T>; cancel: () => void };

/** Posts `file` as the multipart field `file`. `onProgress` gets 0 to 1, of what has left this machine. */
export function upload<T>(url: string, file: File, onProgress: (sent: number) => void): Upload<T> {
  const request = new XMLHttpRequest();
  const done = new Promise<T>((resolve, reject) => {
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onload = () => {
      const body: unknown = request.response;
      if (request.status < 300) resolve(body as T);
      else reject(fromAnswer(body, new Response(null, { status: request.status })));
    };
    request.onerror = () => reject(fromAnswer(undefined, undefined));
    request.onabort = () => reject(new Problem(0, 'UPLOAD_CANCELLED', 'The upload was cancelled; nothing was kept.'));
    const form = new FormData();
    form.set('file', file);
    request.open('POST', url);
    request.responseType = 'json';
    request.setRequestHeader('X-Taskyard-Client', 'web');
    request.send(form);
  });
  return { done, cancel: () => request.abort() };
}
