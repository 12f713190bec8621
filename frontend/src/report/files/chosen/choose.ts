// What becomes of a file that was chosen: a photo is cleaned here; of others it is said what they may tell.
import { add } from "../queue";
import { cleaned } from "../photo/photo";
import { hides } from "./hides";
import { f } from "./texts";

let photos = 0;

export async function choose(chosen: readonly File[], asTheyAre: boolean): Promise<void> {
  for (const file of chosen) {
    // Null where it is no photo, or cannot be cleaned: then it is asked whether it shall go as it is.
    const clean = asTheyAre ? null : await cleaned(file).catch(() => null);
    // A camera's file name tells the time, so a cleaned photo gets a name of its own.
    const name = clean ? `${f("photo")}-${++photos}.${clean.type.slice(6).replace("jpeg", "jpg")}` : file.name;
    const asks = !clean && !(asTheyAre && file.type.startsWith("image/"));
    add(name, clean ?? file, clean ? URL.createObjectURL(clean) : "", asks ? await hides(file) : null);
  }
}
