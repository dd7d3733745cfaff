//go:build !race

package main

// The program under test is built as its tests are.
var buildFlags []string
