// Package web is the page: its templates, its styles and scripts, and its words in every language.
package web

import "embed"

// FS holds templates/*.html, which are one set and executed by file name; static/, which is
// served as it is under one prefix, so that modules find each other by relative paths; and
// locales/*.json, one catalogue a language.
//
//go:embed templates/*.html static locales/*.json
var FS embed.FS
