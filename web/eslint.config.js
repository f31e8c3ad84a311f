import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import globals from "globals";
import ts from "typescript-eslint";

const features = ["signin", "calls", "call", "join", "provider", "webhooks", "audit", "settings", "search"];

/** Features stand beside each other: what two of them need lives in `ui`, `core` or the api package. */
const apart = features.map((feature) => ({
  files: [`console/src/features/${feature}/**`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          { group: ["**/app/**"], message: "Features know nothing of the app that shows them." },
          ...features
            .filter((other) => other !== feature)
            .map((other) => ({ group: [`**/${other}/**`], message: "Features never import each other." })),
        ],
      },
    ],
  },
}));

export default ts.config(
  { ignores: ["**/dist/**", "**/node_modules/**", "api/src/generated/**"] },
  js.configs.recommended,
  ...ts.configs.recommended,
  {
    plugins: { "react-hooks": hooks },
    languageOptions: { globals: { ...globals.browser } },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/no-explicit-any": "error",
      "max-lines": ["error", 500],
      "max-lines-per-function": ["error", { max: 70, skipComments: true, skipBlankLines: true }],
      "no-console": "error",
      eqeqeq: ["error", "smart"],
    },
  },
  {
    files: ["console/src/ui/**", "console/src/core/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: ["**/features/**", "**/app/**"], message: "This is below the features." }] },
      ],
    },
  },
  {
    files: ["api/src/**"],
    ignores: ["api/src/react.ts"],
    rules: { "no-restricted-imports": ["error", { paths: ["react"], patterns: ["**/console/**"] }] },
  },
  ...apart,
  {
    files: ["scripts/**"],
    languageOptions: { globals: { ...globals.node } },
    rules: { "no-console": "off" },
  },
  { files: ["**/test/**"], rules: { "max-lines-per-function": "off" } },
);
