import java.io.FileInputStream;
import java.io.InputStream;
import java.util.Map;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.ValidationResult;

/** Says of each PDF whether it is PDF/A-2a and PDF/UA-1, by veraPDF's own rules; ends with 1 where one is not. */
public class Conforms {
    public static void main(String[] files) throws Exception {
        java.util.logging.Logger.getLogger("").setLevel(java.util.logging.Level.OFF);
        VeraGreenfieldFoundryProvider.initialise();
        boolean all = true;
        for (String file : files) {
            for (PDFAFlavour flavour : new PDFAFlavour[] {PDFAFlavour.PDFA_2_A, PDFAFlavour.PDFUA_1}) {
                try (InputStream in = new FileInputStream(file);
                        PDFAParser parser = Foundries.defaultInstance().createParser(in, flavour);
                        PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
                    ValidationResult result = validator.validate(parser);
                    if (!result.isCompliant()) {
                        all = false;
                        System.out.println("FAIL " + flavour.getId() + " " + file);
                        for (Map.Entry<?, Integer> rule : result.getFailedChecks().entrySet()) {
                            System.out.println("    " + rule.getKey() + ": " + rule.getValue());
                        }
                    } else {
                        System.out.println("PASS " + flavour.getId() + " " + file);
                    }
                }
            }
        }
        System.exit(all ? 0 : 1);
    }
}
