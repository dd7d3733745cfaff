package mail

// words are those of a letter with a code.
type words struct {
	Lang     string // BCP 47
	Subject  string
	Why      string // before the code: also what a preview of the mail shows
	Life     string // after it
	Or       string // before the link
	Secret   string // whom to tell: nobody
	Stranger string // to whom did not ask
}

// wordsIn are the words for site in lang; English ones where lang is another than zh.
func wordsIn(lang, site string) words {
	if lang == "zh" {
		return words{
			Lang:     "zh",
			Subject:  site + " 的验证码",
			Why:      "有人（想必就是您）正用这个邮箱地址进入 " + site + "。请在索取验证码的页面里输入它：",
			Life:     "十分钟内有效，只能用一次，而且只在索取它的那个浏览器里有效。",
			Or:       "也可以在任何浏览器里打开这个链接，再按页面上的按钮：",
			Secret:   "请不要把验证码或链接告诉任何人，我们绝不会向您索要。",
			Stranger: "如果不是您本人操作，请忽略这封邮件：没有它，谁也不能用您的地址进来。",
		}
	}
	return words{
		Lang:     "en",
		Subject:  "Your code for " + site,
		Why:      "Somebody, most likely you, is coming in to " + site + " with this address. Type this code on the page that asked for it:",
		Life:     "It is good for ten minutes, once, and only in the browser that asked for it.",
		Or:       "Or open this link, in any browser, and press the button you find there:",
		Secret:   "Tell nobody the code or the link. We will never ask you for them.",
		Stranger: "If it was not you, leave this mail alone: without it nobody comes in with your address.",
	}
}
