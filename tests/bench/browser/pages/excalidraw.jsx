import { createRoot } from "react-dom/client";
import {
  CaptureUpdateAction,
  Excalidraw,
  convertToExcalidrawElements,
  serializeAsJSON,
} from "@excalidraw/excalidraw";
import "@excalidraw/excalidraw/index.css";

import { making, notes, ready, saved } from "./shared.mjs";

const make = () =>
  convertToExcalidrawElements(
    notes().map(({ text, x, y }, n) => ({
      type: "rectangle",
      id: `note-${n}`,
      x,
      y,
      width: 200,
      height: 200,
      backgroundColor: "#ffec99",
      label: { text, fontSize: 16 },
    })),
    { regenerateIds: false },
  );

const elements = making ? make() : (await saved("excalidraw")).elements;
let api;
let isReady = false;

/** The whiteboard is handed out before its notes are in it. */
function changed(shown) {
  if (isReady || !api || shown.length === 0) return;
  isReady = true;
  ready({
    edit: (n, text) => {
      const edited = api.getSceneElementsIncludingDeleted().map((element) =>
        element.containerId === `note-${n}`
          ? { ...element, text, originalText: text, version: element.version + 1, versionNonce: n + element.version }
          : element,
      );
      api.updateScene({ elements: edited, captureUpdate: CaptureUpdateAction.NEVER });
    },
    save: () =>
      serializeAsJSON(api.getSceneElements(), api.getAppState(), api.getFiles(), "database"),
  });
}

createRoot(document.getElementById("root")).render(
  <div style={{ position: "fixed", inset: 0 }}>
    <Excalidraw excalidrawAPI={(given) => (api = given)} initialData={{ elements }} onChange={changed} />
  </div>,
);
