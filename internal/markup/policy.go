package markup

import (
	"regexp"

	"github.com/microcosm-cc/bluemonday"
)

// newPolicy lets through exactly what a writer writes, so that a fault there does no harm.
func newPolicy() *bluemonday.Policy {
	exactly := func(pattern string) *regexp.Regexp { return regexp.MustCompile(`^(?:` + pattern + `)$`) }
	p := bluemonday.NewPolicy()
	p.AllowNoAttrs().OnElements("p", "br", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li", "hr", "em", "strong",
		"del", "code", "pre", "table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("start").Matching(exactly(`\d{1,3}`)).OnElements("ol")
	p.AllowAttrs("align").Matching(exactly("left|center|right")).OnElements("th", "td")
	p.AllowAttrs("type").Matching(exactly("checkbox")).OnElements("input")
	p.AllowAttrs("disabled", "checked").Matching(exactly("")).OnElements("input")
	p.AllowAttrs("class").Matching(exactly(`language-[a-z0-9_+#.-]{1,20}`)).OnElements("code")
	p.AllowAttrs("class").Matching(exactly("mention|c|cp|k|kc|kt|s|se|m|nf|nc|nb|nt|na|nd|nv|gi|gd|gh")).OnElements("span")
	p.AllowAttrs("data-user").Matching(exactly(`[\w-]+(?: [\w-]+)*`)).OnElements("span")
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("rel").Matching(exactly("noopener noreferrer nofollow")).OnElements("a")
	p.AllowAttrs("target").Matching(exactly("_blank")).OnElements("a")
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true)
	return p
}
