package socket

import "unicode/utf8"

// validPrefix gives the length of the whole code points that p begins with, where p may end inside
// one. It is false as soon as p holds a byte that cannot be UTF-8 whatever follows (RFC 6455 §8.1).
func validPrefix(p []byte) (int, bool) {
	whole := len(p)
	for i := len(p) - 1; i >= 0 && i >= len(p)-utf8.UTFMax+1; i-- {
		if utf8.RuneStart(p[i]) {
			if !utf8.FullRune(p[i:]) {
				whole = i
			}
			break
		}
	}
	return whole, utf8.Valid(p[:whole])
}
