package headrace.operators;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.dataview.MapView;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.functions.FunctionDefinition;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.ArgumentCount;
import org.apache.flink.table.types.inference.CallContext;
import org.apache.flink.table.types.inference.ConstantArgumentCount;
import org.apache.flink.table.types.inference.InputTypeStrategy;
import org.apache.flink.table.types.inference.StateTypeStrategy;
import org.apache.flink.table.types.inference.StaticArgument;
import org.apache.flink.table.types.inference.StaticArgumentTrait;
import org.apache.flink.table.types.inference.TypeInference;
import org.apache.flink.table.types.inference.TypeStrategies;
import org.apache.flink.table.types.utils.DataTypeUtils;

import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What the planner is told of the functions: arguments, output, state, and what is wrong with a call. */
final class Signature {

    private static final String[] LITERALS = {"aggregates", "windows", "delay", "prefix", "ties"};

    private Signature() {}

    /** How a function is declared. */
    static TypeInference declared(Function<Call, DataType> check) {
        final StaticArgument[] arguments = new StaticArgument[1 + LITERALS.length];
        arguments[0] =
                StaticArgument.table(
                        "input",
                        RowData.class,
                        false,
                        EnumSet.of(StaticArgumentTrait.SET_SEMANTIC_TABLE, StaticArgumentTrait.REQUIRE_ON_TIME));
        for (int i = 0; i < LITERALS.length; i++) {
            // Optional for Flink, whose own message for a missing argument names neither argument nor function.
            arguments[1 + i] = StaticArgument.scalar(LITERALS[i], DataTypes.STRING(), true);
        }
        return TypeInference.newBuilder()
                .staticArguments(arguments)
                .inputTypeStrategy(new Check(context -> check.apply(new Call(context))))
                .outputTypeStrategy(context -> Optional.of(check.apply(new Call(context))))
                .build();
    }

    /**
     * How it runs, all in Flink's internal data structures. Static arguments would hand rows over in an external form;
     * the functions that come with Flink avoid it the same way.
     */
    @SuppressWarnings("deprecation")
    static TypeInference internal(
            List<DataType> arguments, DataType output, LinkedHashMap<String, StateTypeStrategy> state) {
        return TypeInference.newBuilder()
                .typedArguments(arguments)
                .stateTypeStrategies(state)
                .outputTypeStrategy(TypeStrategies.explicit(DataTypeUtils.toInternalDataType(output)))
                .build();
    }

    static List<DataType> internalArguments(CallContext context) {
        return context.getArgumentDataTypes().stream()
                .map(DataTypeUtils::toInternalDataType)
                .collect(Collectors.toList());
    }

    /** What a key has; it lives until a timer forgets it. */
    static LinkedHashMap<String, StateTypeStrategy> state() {
        final DataType header = DataTypes.STRUCTURED(Header.class, DataTypes.FIELD("bytes", DataTypes.BYTES()));
        final DataType blocks = MapView.newMapViewDataType(DataTypes.BIGINT(), DataTypes.BYTES());
        final LinkedHashMap<String, StateTypeStrategy> state = new LinkedHashMap<>();
        state.put("header", StateTypeStrategy.of(TypeStrategies.explicit(header), Duration.ZERO));
        state.put("blocks", StateTypeStrategy.of(TypeStrategies.explicit(blocks), Duration.ZERO));
        return state;
    }

    /** Reads the whole call, so that whatever is wrong with it is said at planning. */
    static final class Check implements InputTypeStrategy {

        private final Function<CallContext, DataType> check;

        Check(Function<CallContext, DataType> check) {
            this.check = check;
        }

        @Override
        public ArgumentCount getArgumentCount() {
            return ConstantArgumentCount.any();
        }

        @Override
        public Optional<List<DataType>> inferInputTypes(CallContext context, boolean throwOnFailure) {
            try {
                check.apply(context);
            } catch (InvalidCall e) {
                return context.fail(throwOnFailure, "%s", e.getMessage());
            }
            return Optional.of(context.getArgumentDataTypes());
        }

        @Override
        public List<org.apache.flink.table.types.inference.Signature> getExpectedSignatures(
                FunctionDefinition definition) {
            return List.of();
        }
    }
}
