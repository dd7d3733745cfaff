package auth

import "strings"

// digits forgives the spaces and hyphens that people put into a code, and the full-width digits
// of their keyboards.
func digits(code string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '-' || r == '\u3000':
			return -1
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		}
		return r
	}, code)
}
