// Draws a photo anew, so that place, time and device, which cameras write into files, stay on the reporter's device.

const MOST_PIXELS = 16_000_000; // what a canvas holds on every phone in use
const QUALITY = 0.9;

/** The picture alone as JPEG (PNG stays PNG); null where this browser cannot draw it. */
export async function redrawn(file: Blob): Promise<Blob | null> {
  if (!file.type.startsWith("image/") || file.type === "image/svg+xml" || file.type === "image/gif") return null;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, Math.sqrt(MOST_PIXELS / (picture.width * picture.height)));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const type = file.type === "image/png" ? "image/png" : "image/jpeg";
    return await new Promise((done) => canvas.toBlob(done, type, QUALITY));
  } catch {
    return null;
  }
}
