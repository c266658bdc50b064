import java.io.FileInputStream;
import java.util.Map;
import java.util.TreeMap;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Prints "PROFILE FILE CHECKS", and under it a line for each rule that the file breaks. */
public class VeraCheck {
    public static void main(String[] files) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        for (String file : files) {
            for (String profile : new String[] {"2a", "ua1"}) {
                judge(file, profile);
            }
        }
    }

    private static void judge(String file, String profile) throws Exception {
        PDFAFlavour flavour = PDFAFlavour.fromString(profile);
        try (PDFAParser parser =
                Foundries.defaultInstance().createParser(new FileInputStream(file), flavour)) {
            ValidationResult found =
                    Foundries.defaultInstance().createValidator(flavour, false).validate(parser);
            System.out.println(profile + " " + file + " " + found.getTotalAssertions());
            Map<String, Integer> broken = new TreeMap<>();
            for (TestAssertion one : found.getTestAssertions()) {
                if (one.getStatus() == TestAssertion.Status.FAILED) {
                    String rule = one.getRuleId().getClause() + "-" + one.getRuleId().getTestNumber();
                    broken.merge(rule + ": " + one.getMessage(), 1, Integer::sum);
                }
            }
            if (!found.isCompliant() && broken.isEmpty()) {
                broken.put("no rule is named", 1);
            }
            broken.forEach((rule, times) -> System.out.println("  " + times + " x " + rule));
        }
    }
}
