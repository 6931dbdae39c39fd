import { createRoot } from "react-dom/client";
import { Tldraw, createShapeId, getSnapshot, toRichText } from "tldraw";
import "tldraw/tldraw.css";

import { making, notes, ready, saved } from "./shared.mjs";

const id = (n) => createShapeId(`note-${n}`);

function make(editor) {
  editor.createShapes(
    notes().map(({ text, x, y }, n) => ({
      id: id(n),
      type: "note",
      x,
      y,
      props: { richText: toRichText(text), size: "s" },
    })),
  );
  editor.setCamera({ x: 0, y: 0, z: 1 }, { immediate: true });
}

function begin(editor) {
  if (making) make(editor);
  editor.setCameraOptions({ ...editor.getCameraOptions(), wheelBehavior: "pan" });
  ready({
    edit: (n, text) =>
      editor.store.mergeRemoteChanges(() => {
        editor.store.update(id(n), (shape) => ({
          ...shape,
          props: { ...shape.props, richText: toRichText(text) },
        }));
      }),
    save: () => JSON.stringify(getSnapshot(editor.store)),
  });
}

const snapshot = await saved("tldraw");

createRoot(document.getElementById("root")).render(
  <div style={{ position: "fixed", inset: 0 }}>
    <Tldraw snapshot={snapshot} onMount={begin} options={{ maxShapesPerPage: 20_000 }} />
  </div>,
);
